from __future__ import annotations

import gradio as gr
import pytest
from gradio.helpers import special_args

from ui.common.updates import Updates, by_name


def test_updates_reach_the_components_that_they_name_and_leave_the_others() -> None:
    first, second = gr.HTML(elem_id="first"), gr.HTML(elem_id="second")

    def handler(word: str) -> Updates:
        return {"second": word} if word else {}

    both = by_name(handler, [first, second])
    assert both("new") == [gr.skip(), "new"] and both("") == [gr.skip(), gr.skip()]
    assert by_name(handler, [second])("new") == "new" and by_name(handler, [second])("") == gr.skip()


def test_a_name_that_is_no_output_is_an_error() -> None:
    with pytest.raises(KeyError, match="'gone'"):
        by_name(lambda: {"gone": 1}, [gr.HTML(elem_id="there")])()


def test_gradio_finds_the_request_through_the_wrapper() -> None:
    """It fills parameters by their annotations."""

    def handler(value: str, request: gr.Request) -> Updates:
        return {"out": value}

    inputs, *_ = special_args(by_name(handler, [gr.HTML(elem_id="out")]), ["word"], gr.Request())
    assert inputs[0] == "word" and isinstance(inputs[1], gr.Request)
