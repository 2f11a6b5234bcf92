"""Libraries that a student's files import: not loaded where idle, there where needed."""

from __future__ import annotations

import pytest

from grader.sandbox.client import Allowance, Student, StudentRaised
from grader.sandbox.process import Launcher

pytestmark = pytest.mark.usefixtures("unhurried")

LIMITS = Allowance(wall_s=60, cpu_s=30, memory_mib=2048, output_kib=64)

# What stands at the top of public notebooks and scripts of such lessons, installed here or not.
TOP = """\
import math, os, random
import matplotlib
import matplotlib.pyplot as plt
import matplotlib.animation as animation, mpl_toolkits.mplot3d
import seaborn as sns
import plotly.express as px
import pandas as pd
import numpy as np
from tqdm import tqdm
from tqdm.notebook import tqdm as bar, trange
from IPython.display import clear_output, HTML
from PIL import Image
import torchvision
import torchvision.transforms as T
from torchvision import datasets, transforms
from torchvision.datasets import MNIST
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
import wandb
import pytorch_lightning as pl
from torchsummary import summary
from google.colab import drive, files
from fastai.vision.all import *
import sys
"""
LOADED = """
def loaded(*names):
    return [name for name in names if name in sys.modules]
"""
NAMES = ("matplotlib", "torchvision", "sklearn", "PIL", "IPython", "scipy", "tensorboard")


def student_of(launcher: Launcher, source: str) -> Student:
    return Student(launcher, "functions", source, LIMITS)


def error_of(student: Student, *call: object) -> StudentRaised:
    with pytest.raises(StudentRaised) as caught:
        student.call(*call)  # type: ignore[arg-type]
    return caught.value


def test_idle_libraries_are_not_loaded_and_need_not_be_there(launcher: Launcher) -> None:
    with student_of(launcher, TOP + LOADED) as student:
        assert student.call("loaded", *NAMES).value == []
        assert student.notes == []


# Lines that only set up, draw, log in or prepare data.
SETTING_UP = """
get_ipython().run_line_magic("matplotlib", "inline")
matplotlib.use("TkAgg")
plt.style.use("seaborn-v0_8-whitegrid")
plt.rcParams["figure.figsize"] = 8, 6
plt.rcParams.update({"font.size": 12})
sns.set(style="darkgrid")
sns.set_theme(palette=sns.color_palette("husl", 8))
pd.options.display.max_rows = 10
pl.seed_everything(42)
drive.mount("/content/drive")
wandb.init(project="relu", config={"lr": 0.1})
writer = SummaryWriter()
writer.add_scalar("loss", 0.1, 1)
transform = transforms.Compose([transforms.ToTensor(), T.Normalize((0.5,), (0.5,))])
train = MNIST("./temp", train=True, download=True, transform=transform)
fig, = [plt.figure()]
print(sns.__version__, torchvision.__version__, fig)
display(HTML("<b>hi</b>"))
"""


def test_setting_libraries_up_costs_nothing(launcher: Launcher) -> None:
    with student_of(launcher, TOP + SETTING_UP + LOADED) as student:
        assert student.call("loaded", *NAMES).value == []
        assert student.notes == []
        assert "<seaborn.__version__, not loaded>" in student.output


USES = """
from typing import Optional
from sklearn.linear_model import LinearRegression
from cycler import Cycler  # small, and there wherever matplotlib is
import scipy.stats as st
model = LinearRegression()
model.fit([[1.0], [2.0]], [1.0, 2.0])
scale = 2 * st.norm.ppf(0.5) + 1

class Kept(Cycler):
    frame: pd.DataFrame = None
    def look(self, frame: Optional[pd.DataFrame] = None, other: "pd.Series | None" = None): ...

class Lit(pl.LightningModule):
    pass

def frames(x: pd.DataFrame | None = None):
    return isinstance(x, pd.DataFrame)
def predicted(x):
    return float(model.predict([[x]])[0]), isinstance(model, LinearRegression)
def score():
    return float(accuracy_score([1, 0], [1, 1])), issubclass(Kept, Cycler)
def scaled():
    import torch
    return float((torch.ones(2) * scale).sum()), float(scale)
def drawn():
    plt.plot([1, 2])
    plt.savefig("x.png")
    plt.show()
    return plt.get_backend().lower(), os.path.getsize("x.png") > 0
def lit():
    return Lit()
def loop():
    return [i for i in tqdm(range(3))]
def late():
    import seaborn as sns
    from tqdm.auto import tqdm
    return "unused"
"""


def test_what_is_used_is_loaded_when_it_is(launcher: Launcher) -> None:
    with student_of(launcher, TOP + USES + LOADED) as student:
        assert student.call("predicted", 3.0).value == (pytest.approx(3.0), True)
        assert student.call("score").value == (0.5, True)
        assert student.call("scaled").value == (2.0, 1.0)
        assert student.call("loaded", "matplotlib", "torchvision").value == []
        assert student.call("late").value == "unused"
        assert student.call("frames", 1).value is False
        assert student.notes == []


NESTED = """
from cycler import cycler
entry = cycler("e", [1])
two, three = cycler("k", [[entry]]), cycler("k", [[[entry]]])
def kept():
    ((found,),), (((deeper,),),) = ([each["k"] for each in all] for all in (two, three))
    return type(found).__name__, type(deeper).__name__
"""


def test_a_library_is_given_what_stands_in_lists_in_lists_and_no_deeper(launcher: Launcher) -> None:
    with student_of(launcher, NESTED) as student:
        assert student.call("kept").value == ("Cycler", "Later")


def test_matplotlib_draws_within_the_walls(launcher: Launcher) -> None:
    settings = 'plt.style.use("ggplot")\nmatplotlib.use("TkAgg")\n'
    with student_of(launcher, TOP + settings + USES) as student:
        assert student.call("drawn").value == ("agg", True)
        assert "Traceback" not in student.output


def test_a_library_that_is_needed_and_not_there_is_named_with_both_lines(
    launcher: Launcher,
) -> None:
    source = TOP + USES
    line = source[: source.index("in tqdm(")].count("\n") + 1
    with student_of(launcher, source) as student:
        error = error_of(student, "loop")
        assert str(error) == (
            "calling loop raised ModuleNotFoundError: tqdm is neither installed where this is "
            "graded nor a file that was handed in (line 9 imports it)"
        )
        assert error.line == line
        assert "pytorch_lightning is neither" in str(error_of(student, "lit"))


def test_a_name_that_a_missing_library_may_give_is_explained(launcher: Launcher) -> None:
    source = "from fastai.vision.all import *\ndef f():\n    return nn.ReLU()\n"
    with student_of(launcher, source) as student:
        assert str(error_of(student, "f")).endswith(
            "name 'nn' is not defined; not installed where this is graded: fastai.vision.all, "
            "of which line 1 imports all"
        )


ON_TRIAL = """
try:
    import google.colab
    IN_COLAB = True
except ImportError:
    IN_COLAB = False
try:
    from tqdm import tqdm
except Exception:
    def tqdm(x): return x
import contextlib
seaborn = None
with contextlib.suppress(ModuleNotFoundError):
    import seaborn
try:
    from sklearn.externals import joblib
except (ImportError, AttributeError):
    joblib = "another"
def f():
    return IN_COLAB, list(tqdm([1])), seaborn, joblib
"""


def test_an_import_on_trial_fails_at_once(launcher: Launcher) -> None:
    with student_of(launcher, ON_TRIAL) as student:
        assert student.call("f").value == (False, [1], None, "another")


DECORATED = """
from torch import nn
from absent import checked, layer
from sklearn.utils import deprecated
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(2, 1)
    @deprecated()
    def forward(self, x):
        return self.out(x)
    @checked
    def other(self): ...
plain = [nn.ReLU(), layer.ReLU()]
def f():
    import copy, torch
    net = copy.deepcopy(Net())
    return tuple(net(torch.ones(3, 2)).shape), isinstance(net, nn.Module)
def g():
    return Net().other()
"""


def test_what_a_library_decorates_is_a_method(launcher: Launcher) -> None:
    with student_of(launcher, DECORATED) as student:
        assert student.call("f").value == ((3, 1), True)
        assert "absent is neither installed" in str(error_of(student, "g"))


def test_libraries_import_as_ever(launcher: Launcher) -> None:
    source = "import importlib\ndef f():\n    return importlib.import_module('absent')\n"
    with student_of(launcher, source) as student:
        assert str(error_of(student, "f")).endswith("No module named 'absent'")


COMPILED = """
import torch

@torch.compile
def doubled(x):
    return 2 * x

def f():
    net = torch.compile(torch.nn.Linear(2, 3), mode="max-autotune")
    return [name for name, _ in net.named_parameters()], tuple(net(doubled(torch.ones(1, 2))).shape)
"""


def test_what_is_compiled_runs_as_it_is_written(launcher: Launcher) -> None:
    with student_of(launcher, COMPILED) as student:
        assert student.call("f").value == (["weight", "bias"], (1, 3))


THREADS = """
import torch

torch.set_num_threads(64)
torch.set_num_interop_threads(64)

def f():
    return (torch.ones(2000, 2000) @ torch.ones(2000, 1)).sum().item(), torch.get_num_threads()
"""


def test_a_wish_for_threads_is_passed_over(launcher: Launcher) -> None:
    with student_of(launcher, THREADS) as student:
        assert student.call("f").value == (4e6, 1)


LOADER = """
import torch
from torch.utils.data import DataLoader, TensorDataset

def f(**settings):
    rows = TensorDataset(torch.arange(5))
    loader = DataLoader(rows, batch_size=2, shuffle=True, **settings)
    torch.manual_seed(0)
    return [batch.tolist() for _ in range(2) for batch, in loader]

def g():
    return f() == f(num_workers=2, persistent_workers=True, prefetch_factor=4, timeout=9)
"""


def test_a_data_loader_needs_no_workers_of_its_own(launcher: Launcher) -> None:
    with student_of(launcher, LOADER) as student:
        assert student.call("g").value is True
