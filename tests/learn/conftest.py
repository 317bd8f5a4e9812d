"""Training in tests: one thread, so that it is the same to the bit."""

import pytest


@pytest.fixture(autouse=True)
def one_thread():
    try:
        import torch
    except ModuleNotFoundError:
        return
    torch.set_num_threads(1)
