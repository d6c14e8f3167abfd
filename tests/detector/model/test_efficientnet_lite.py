"""EfficientNet-Lite2 is the published network: its size, its maps, and TensorFlow's padding."""

from __future__ import annotations

import pytest
import torch

from detector.model.efficientnet_lite import COARSE, FEATURES, FINE, EfficientNetLite2, _Conv


def test_it_has_as_many_weights_as_published() -> None:
    """6.1 million with ImageNet's thousand classes (github.com/tensorflow/tpu, EfficientNet-lite)."""
    own = sum(parameter.numel() for parameter in EfficientNetLite2().parameters())
    assert round((own - (FEATURES + 1) + 1000 * (FEATURES + 1)) / 1e6, 1) == 6.1


@pytest.mark.parametrize(("size", "fine", "coarse"), [(160, 20, 10), (161, 21, 11), (112, 14, 7)])
def test_maps_are_an_eighth_and_a_sixteenth_of_the_input(size: int, fine: int, coarse: int) -> None:
    network = EfficientNetLite2().eval()
    x = torch.rand(2, 3, size, size) * 2 - 1
    with torch.no_grad():
        seen, logits = network.features(x), network(x)
    assert seen.fine.shape == (2, FINE, fine, fine) and seen.coarse.shape == (2, COARSE, coarse, coarse)
    torch.testing.assert_close(logits, network.logit(seen.pooled))


@pytest.mark.parametrize(
    ("size", "kernel", "before", "after"), [(6, 3, 0, 1), (6, 5, 1, 2), (7, 3, 1, 1), (7, 5, 2, 2)]
)
def test_padding_of_stride_two_is_tensorflows(size: int, kernel: int, before: int, after: int) -> None:
    """What is missing to a whole number of strides is added, the odd pixel right and below."""
    layer = _Conv(1, 1, kernel, stride=2, active=False).eval()
    x = torch.rand(1, 1, size, size)
    padded = torch.zeros(1, 1, size + before + after, size + before + after)
    padded[..., before : before + size, before : before + size] = x
    with torch.no_grad():
        wanted = layer.bn(torch.nn.functional.conv2d(padded, layer.conv.weight, stride=2))
        torch.testing.assert_close(layer(x), wanted)
    assert wanted.shape[2:] == (-(-size // 2), -(-size // 2))


def test_blocks_are_left_out_only_while_training() -> None:
    network = EfficientNetLite2().eval()
    x = torch.rand(4, 3, 96, 96) * 2 - 1
    with torch.no_grad():
        assert torch.equal(network(x), network(x))
        block = network.blocks[-2]
        assert block.is_residual and block.drop > 0
        block.drop, block.training = 1 - 1e-6, True
        y = torch.rand(2, 208, 3, 3)
        assert torch.equal(block(y), y), "skipped"
