"""What a learner would use instead: the same GANs as loops in plain PyTorch.

The loop is the one of PyTorch-GAN's `gan.py`: G first, then D on the same fakes.
"""

import itertools

import torch
from torch import nn


def classic_pair(epsilon=0.8):
    """The networks of `utils.networks.mlp_gan`, for 28x28 pictures.

    ε of BatchNorm is 0.8 there and in PyTorch-GAN's `gan.py`; PyTorch's own is 1e-5.
    """
    widths = [128, 256, 512, 1024]
    layers = [nn.Linear(100, 128), nn.LeakyReLU(0.2)]
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs, epsilon)]
        layers += [nn.LeakyReLU(0.2)]
    generator = nn.Sequential(*layers, nn.Linear(1024, 784), nn.Tanh())
    discriminator = nn.Sequential(
        nn.Linear(784, 512),
        nn.LeakyReLU(0.2),
        nn.Linear(512, 256),
        nn.LeakyReLU(0.2),
        nn.Linear(256, 1),
    )
    return generator, discriminator, 100


def plane_pair():
    """Two multilayer perceptrons 2-128-128-2 and 2-128-128-1, LeakyReLU."""

    def perceptron(outputs):
        return nn.Sequential(
            nn.Linear(2, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, outputs),
        )

    return perceptron(2), perceptron(1), 2


def train(pair, data, batch):
    """Returns a function that trains one epoch on an array of examples.

    It may be given a function of no arguments, to call after each step.
    """
    generator, discriminator, latent_dim = pair
    data = torch.from_numpy(data.reshape(len(data), -1))
    g_adam = torch.optim.Adam(generator.parameters(), 2e-4, (0.5, 0.999))
    d_adam = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999))
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def epoch(after_step=lambda: None):
        for real in data[torch.randperm(len(data))].split(batch):
            g_adam.zero_grad()
            fake = generator(torch.randn(batch, latent_dim))
            g_loss = loss(discriminator(fake), ones)
            g_loss.backward()
            g_adam.step()

            d_adam.zero_grad()
            real_loss = loss(discriminator(real), ones)
            fake_loss = loss(discriminator(fake.detach()), zeros)
            d_loss = (real_loss + fake_loss) / 2
            d_loss.backward()
            d_adam.step()
            after_step()

    return epoch
