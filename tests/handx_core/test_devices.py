"""The device that models are used on, as far as it can be seen without a GPU."""

import torch

from handx_core.devices import best_device, moved


def test_the_best_device_is_a_gpu_where_there_is_one(monkeypatch):
    for there, expected in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert best_device().type == expected


def test_nothing_is_copied_on_its_way_from_the_cpu_to_the_cpu():
    values = torch.arange(3)
    assert moved(values, "cpu") is values
    assert moved(values, "meta").device.type == "meta"
