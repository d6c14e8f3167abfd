"""Fused convolutions compute what PyTorch's own do, and are used only where they work."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from detector.model import fused_convolution
from detector.model.fused_convolution import FusedConvolution, fuse_convolutions, usable

CASES = [
    (nn.Conv2d(16, 32, 3, padding=1), nn.ReLU()),
    (nn.Conv2d(16, 32, (1, 7), padding=(0, 3), bias=False), nn.ReLU()),
    (nn.Conv2d(16, 16, 5, stride=2, groups=16), nn.ReLU6()),
    (nn.Conv2d(16, 24, 1), nn.Identity()),
]
needs_fusing = pytest.mark.skipif(not usable(torch.float32), reason="not used on this processor")


@pytest.fixture(autouse=True)
def _tried_anew():
    usable.cache_clear()
    yield
    usable.cache_clear()


def images(count: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    drawn = 4 * torch.randn(count, 16, 20, 20, generator=torch.Generator().manual_seed(count))
    return drawn.to(dtype).contiguous(memory_format=torch.channels_last)


def laid_out(convolution: nn.Conv2d, dtype: torch.dtype = torch.float32) -> nn.Conv2d:
    convolution = copy.deepcopy(convolution).requires_grad_(False).to(dtype)
    return convolution.to(memory_format=torch.channels_last)


@needs_fusing
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("convolution", "activation"), CASES)
def test_results_are_those_of_the_two_operations_for_any_number_of_images(
    convolution: nn.Conv2d, activation: nn.Module, dtype: torch.dtype
) -> None:
    plain = laid_out(convolution, dtype)
    fused = FusedConvolution(plain, activation)
    apart = 1e-4 if dtype == torch.float32 else 0.1
    for count in (2, 1, 5, 16, 3):
        expected = activation(plain(images(count, dtype)))
        found = fused(images(count, dtype))
        torch.testing.assert_close(found, expected, atol=apart, rtol=0)
        assert found.dtype == dtype and found.is_contiguous(memory_format=torch.channels_last)


@needs_fusing
def test_gradients_flow_through_as_through_the_two_operations() -> None:
    plain = laid_out(CASES[0][0])
    gradients = []
    for layer in (nn.Sequential(plain, nn.ReLU()), FusedConvolution(plain, nn.ReLU())):
        given = images(3).requires_grad_(True)
        layer(images(3))  # the weights are packed
        gradients += torch.autograd.grad(layer(given).square().sum(), given)
    torch.testing.assert_close(gradients[0], gradients[1])
    assert gradients[0].abs().max() > 0


@needs_fusing
def test_a_copy_whose_weights_are_changed_does_not_use_the_old_ones() -> None:
    layer = FusedConvolution(laid_out(CASES[0][0]), nn.ReLU())
    before = layer(images(2))
    other = copy.deepcopy(layer)
    other.weight.mul_(2)
    other.bias.mul_(2)
    torch.testing.assert_close(other(images(2)), 2 * before)
    torch.testing.assert_close(layer(images(2)), before)


@needs_fusing
def test_names_of_weights_stay_and_an_activation_is_applied_once() -> None:
    class Part(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.relu = laid_out(CASES[0][0]), nn.ReLU()
            self.conv2d = laid_out(nn.Conv2d(32, 8, 1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.conv2d(self.relu(self.conv(x)))

    part = Part()
    expected, names = part(images(4)), list(part.state_dict())
    fuse_convolutions(part)
    assert list(part.state_dict()) == names
    assert all(isinstance(layer, FusedConvolution) for layer in (part.conv, part.conv2d))
    torch.testing.assert_close(part(images(4)), expected, atol=1e-4, rtol=0)
    assert (part(images(4)) < 0).any(), "the second convolution has no activation"


@pytest.mark.parametrize(
    "capabilities", [{"avx2": True}, {"avx512_f": True, "amx_tile": True}, {}], ids=["AVX2", "AMX", "not x86"]
)
def test_processors_on_which_it_is_slower_or_unmeasured_are_left_alone(
    capabilities: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    monkeypatch.setattr(fused_convolution, "FusedConvolution", lambda *given: pytest.fail("tried"))
    assert not usable(torch.float32)


@needs_fusing
@pytest.mark.parametrize("fault", ["gone", "other signature", "wrong numbers"])
def test_a_pytorch_whose_operator_is_gone_or_differs_gets_ordinary_convolutions(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Operators:
        def __getattr__(self, name: str) -> object:
            if fault == "gone":
                raise AttributeError(name)
            if name == "_convolution_pointwise" and fault == "wrong numbers":
                return lambda x, *rest: torch.zeros(2, 32, 8, 8, dtype=x.dtype)
            return torch.ops.aten.relu

    monkeypatch.setattr(torch.ops, "mkldnn", Operators())
    assert not usable(torch.float32)
