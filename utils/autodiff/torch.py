"""Gradients on PyTorch: from the graph that every operation leaves behind."""

import contextlib
import os

import torch


def accelerator():
    """The device that Keras takes: CUDA's, or Apple's."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "Apple GPU" if torch.backends.mps.is_available() else None


def compute_in_full_float32():
    """A GPU rounds the factors of a convolution to ten bits unless it is told."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


@contextlib.contextmanager
def full_precision():
    """The same for a while."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    compute_in_full_float32()
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before[0]
        torch.backends.cudnn.allow_tf32 = before[1]


def use_deterministic_kernels():
    """Operations without such a kernel warn, and run as they are."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)


def random_state():
    """That of the generator on the CPU, which shuffles data."""
    return torch.get_rng_state().numpy()


def set_random_state(state):
    """Goes on from there."""
    torch.set_rng_state(torch.from_numpy(state))


def value_and_gradients(loss_fn, variables):
    """`torch.autograd.grad`, which leaves no `.grad` on any other variable."""
    tensors = [variable.value for variable in variables]
    loss = loss_fn()
    if not loss.requires_grad:
        return loss, [torch.zeros_like(tensor) for tensor in tensors]
    gradients = torch.autograd.grad(
        loss, tensors, allow_unused=True, materialize_grads=True
    )
    return loss.detach(), list(gradients)


def compiled_value_and_gradients(loss_fn, variables):
    """As it stands: `torch.compile` needs a C++ compiler."""
    return lambda: value_and_gradients(loss_fn, variables)


def replicas():
    """Keras on PyTorch averages over replicas by itself."""
    return 1


@torch.no_grad()
def apply(optimizer, gradients, variables):
    """One optimizer step, off the graph."""
    optimizer.apply(gradients, variables)


def input_gradient(score_fn, x):
    """`create_graph` keeps the result differentiable."""
    if not x.requires_grad:
        x = x.detach().requires_grad_(True)
    scores = score_fn(x)
    if not scores.requires_grad:
        return torch.zeros_like(x)
    (gradient,) = torch.autograd.grad(
        scores.sum(), x, create_graph=True, allow_unused=True, materialize_grads=True
    )
    return gradient


def portable_train_step(train_step):
    """The trainer calls `train_step(self, data)` here as it stands."""
    return train_step
