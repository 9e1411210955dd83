"""The calibration study in `benchmarks/`, at a size that a test can afford: the promises hold, roughly, on simulated panels."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

STUDY = Path(__file__).parent.parent / "benchmarks" / "calibration.py"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration_study", STUDY)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_adjusting_for_severity_comes_nearer_to_the_truth(study: ModuleType) -> None:
    """30 candidates, 10 interviewers who differ by .6: tau .64 by headline, .72 adjusted; intervals cover about 90 %."""
    setting = next(each for each in study.SETTINGS if (each.candidates, each.severity) == (30, 0.6))
    tally = study.repeat(setting, 15, with_full=False)
    assert np.mean(tally.within) > np.mean(tally.raw) + 0.03
    assert 0.82 < np.mean(tally.covered) < 0.97


def test_where_there_is_no_severity_adjusting_does_no_harm(study: ModuleType) -> None:
    """8 candidates, 4 interviewers: within .01 of the headline's tau, and chances that mean what they say."""
    setting = next(each for each in study.SETTINGS if (each.candidates, each.severity) == (8, 0.0))
    tally = study.repeat(setting, 40, with_full=False)
    assert np.mean(tally.within) > np.mean(tally.raw) - 0.01
    likely = [happened for chance, happened in tally.top if chance > 0.7]
    assert 0.75 < np.mean(likely) <= 1
