"""Models that minimize a measure: one file each."""

import utils.networks  # noqa: F401 (registers the layers of saved models)
from utils.models.autoencoder import Autoencoder
from utils.models.autoregressive import AutoregressiveModel
from utils.models.conditional_gan import ConditionalGAN
from utils.models.conditional_vae import ConditionalVAE
from utils.models.denoiser import Denoiser
from utils.models.density import DensityModel
from utils.models.energy import EnergyModel
from utils.models.feed_forward_style import FeedForwardStyle
from utils.models.flow_matching import FlowMatching
from utils.models.gan import GAN
from utils.models.info_gan import InfoGAN
from utils.models.laplacian_gan import DetailGAN
from utils.models.meter import DivergenceMeter
from utils.models.pix2pix import Pix2Pix
from utils.models.relevant_components import RelevantComponents
from utils.models.siamese import SiameseModel
from utils.models.style import StyleTransfer
from utils.models.triplet import TripletModel
from utils.models.vae import VAE
from utils.models.vae_gan import VAEGAN

# Keras finds a registered layer in a saved model only if its module was imported.
from utils.networks import (  # noqa: F401
    causal,
    conditional,
    embedding,
    features,
    image_transform,
    laplacian,
    recurrent,
    time_embedding,
)

__all__ = [
    "GAN",
    "VAE",
    "VAEGAN",
    "Autoencoder",
    "AutoregressiveModel",
    "ConditionalGAN",
    "ConditionalVAE",
    "Denoiser",
    "DensityModel",
    "DetailGAN",
    "DivergenceMeter",
    "EnergyModel",
    "FeedForwardStyle",
    "FlowMatching",
    "InfoGAN",
    "Pix2Pix",
    "RelevantComponents",
    "SiameseModel",
    "StyleTransfer",
    "TripletModel",
]
