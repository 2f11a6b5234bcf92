"""What an exception's own words show: a pattern for each slip, and what to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Slip(NamedTuple):
    """A common slip: its name in reports, and a sentence for the student, in one line."""

    name: str
    says: str


Told = Slip | Callable[[str], Slip | None]  # or what tells one by the module's text
Row = tuple[str, Told]  # a pattern, and what it shows

GPU = "GPU hard-coded"
LESSON_SIZES = {"784", "512"}

STEPS_NOT_FINITE = r"^optimizer\.step\(\) gave \w+ that are not all finite"

# The first that fits is told; groups of the pattern can be named in the sentence.
PATTERNS: tuple[tuple[str, Slip], ...] = (
    (
        r"before Module\.__init__\(\) call|has no attribute '_(?:modules|parameters|buffers|backw)",
        Slip(
            "super().__init__() forgotten",
            "super().__init__() is missing, or comes too late: it is the first line of __init__, "
            "before anything is assigned to self.",
        ),
    ),
    (
        r"has no attribute '(?:param_groups|defaults|_zero_grad_p|_optimizer_step|_hook_for)",
        Slip(
            "super().__init__() forgotten",
            "super().__init__(parameters, defaults) is missing, or comes too late: it gives an "
            "optimizer its param_groups and its state.",
        ),
    ),
    (
        r"^calling [a-z_]\w* raised .*leaf Variable that requires grad is being used in an "
        r"in-place",
        Slip(
            "argument changed in place",
            "What is changed in place here (x[mask] = …, x *= …, a name that ends in _) is not the "
            "function's own: compute a new tensor and return that.",
        ),
    ),
    (
        r"leaf Variable that requires grad is being used in an in-place operation",
        Slip(
            "in place without no_grad",
            "A parameter is changed in place while autograd records: that belongs under "
            "torch.no_grad(), where nothing is recorded.",
        ),
    ),
    (
        r"modified by an inplace operation",
        Slip(
            "overwritten before the backward pass",
            "What the backward pass needs is overwritten in place (x += …, x[mask] = …, "
            "inplace=True): make a new tensor of it instead.",
        ),
    ),
    (
        r"Trying to backward through the graph a second time",
        Slip(
            "graph of an earlier pass",
            "A tensor of an earlier pass is used again, with the graph that made it: detach() what "
            "is kept from one pass to the next.",
        ),
    ),
    (
        r"does not require grad and does not have a grad_fn|logits depend on no trainable param",
        Slip(
            "logits cut off from the parameters",
            "The logits are cut off from every parameter: by no_grad, detach, .data or NumPy in "
            "forward, or as no parameter requires a gradient.",
        ),
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        Slip(
            "NumPy where gradients are needed",
            "NumPy keeps no record for the gradient: write this with torch's functions.",
        ),
    ),
    (
        r"Inference tensors cannot be saved for backward",
        Slip(
            "inference mode in training",
            "torch.inference_mode() is on where gradients are needed: leave it out of the module.",
        ),
    ),
    (
        r"Attempted unscale_ but _scale is None|No inf checks were recorded for this optimizer",
        Slip(
            "half precision",
            "GradScaler belongs to a training loop in half precision, and here all is float32: "
            "leave it out, and autocast as well.",
        ),
    ),
    (
        r"expected, not a bfloat16 tensor",
        Slip(
            "half precision",
            "Numbers of half precision come out, as under autocast: leave it out, for here all is "
            "float32.",
        ),
    ),
    (
        r"NVIDIA|CUDA|cuda|support for mps",
        Slip(
            GPU,
            "A GPU is asked for, and there is none here: leave devices out, or take the input's, "
            "x.device, so that it runs on the CPU as well.",
        ),
    ),
    (
        r"'generator' object is not subscriptable|'generator' has no len\(\)",
        Slip(
            "parameters taken for a list",
            "`parameters` may be a generator, as net.parameters() is, without length and index: "
            "make a list of it first.",
        ),
    ),
    (
        r"optimizer got an empty parameter list",
        Slip(
            "no parameters left",
            "No parameters are left for the optimizer: a generator can be gone through only once "
            "(make a list of it first), or all were sorted out.",
        ),
    ),
    (
        r"can't optimize a non-leaf Tensor",
        Slip(
            "copies optimised",
            "The optimizer is given tensors computed from the parameters, such as clones: it has "
            "to hold the very ones that it was passed.",
        ),
    ),
    (
        r"argument given to the optimizer should be an iterable|one of the params is",
        Slip(
            "parameters not passed as they are",
            "The optimizer takes the parameters themselves, one after another: pass `parameters`, "
            "not one of them and no list around it.",
        ),
    ),
    (
        r"parameters appear in more than one parameter group|duplicate parameters",
        Slip(
            "parameter listed twice",
            "A parameter is given to the optimizer twice: each belongs into one group, once.",
        ),
    ),
    (
        r"in eval mode raised ValueError: Expected more than 1 value per channel when training",
        Slip(
            "batch statistics in eval mode",
            "Eval mode normalises by the batch here: the layer is told to train, keeps no running "
            "statistics, is made in forward, or eval() does not reach it.",
        ),
    ),
    (
        r"running_mean must be defined in evaluation mode",
        Slip(
            "no running statistics",
            "Eval mode has no running statistics to normalise by: keep them as buffers, updated in "
            "train mode, and pass them on.",
        ),
    ),
    (
        r"running_mean should contain",
        Slip(
            "normalisation of another size",
            "The size that BatchNorm was made with is not that of what it is given: the hidden "
            "layer has num_hidden units.",
        ),
    ),
    (
        r"ValueError: expected input's size at dim=\d to match num_features",
        Slip(
            "instance normalisation",
            "InstanceNorm normalises each row by itself: what is asked for takes one mean and one "
            "variance of each unit over the batch, as nn.BatchNorm1d does.",
        ),
    ),
    (
        r"expected [34]D(?: or [345]D)? input \(got 2D input\)",
        Slip(
            "layer for images",
            "This layer is for images or sequences: for inputs (N, F) take its 1d form, as in "
            "nn.BatchNorm1d.",
        ),
    ),
    (
        r'Module \[Module(?:List|Dict)\] is missing|\'(?:list|ModuleList)\' object is not callable',
        Slip(
            "list of layers called",
            "A list of layers can't be called: nn.Sequential(*layers) can, and registers them.",
        ),
    ),
    (
        r'Module \[\w+\] is missing the required "forward" function',
        Slip(
            "no forward",
            "The network has no method `forward`: look at its name, and whether it is indented to "
            "stand in the class.",
        ),
    ),
    (
        r"'(?:Parameter|Tensor)' object is not callable",
        Slip(
            "tensor called",
            "A tensor is called as if it were a layer: write x @ W.T + b, or use nn.Linear.",
        ),
    ),
    (
        r"only one element tensors can be converted|cannot be converted to Scalar|only (?:length-1|"
        r"0-dimensional) arrays can be converted",
        Slip(
            "whole tensor taken for a number",
            "math's functions, float(), int() and .item() take one number, and this is a tensor: "
            "torch.exp, torch.sqrt and the like go entry by entry.",
        ),
    ),
    (
        r"Expected [34]D \(unbatched\) or [45]D \(batched\) input to conv\dd, but got input of "
        r"size: \[\d+, \d+\]",
        Slip(
            "rows given to a convolution",
            "A convolution takes images: shape the rows, x.view(-1, 1, 28, 28), first.",
        ),
    ),
    (
        r"expected input\[[\d, ]+\] to have (?P<takes>\d+) channels, but got (?P<given>\d+) chan",
        Slip(
            "channels of a convolution",
            "A convolution takes (N, channels, height, width), and channels is {given} in place "
            "of {takes} here: a grey image has one, x.view(-1, 1, 28, 28).",
        ),
    ),
    (
        r"the backward pass gave gradient that are not all finite",
        Slip(
            "gradients not finite",
            "A gradient is NaN or infinite: a root or logarithm of 0, a division by 0, or one of "
            "them in a branch that torch.where or a mask leaves out.",
        ),
    ),
    (
        r"^calling make_optimizer\(.*(?:Tensor\.__contains__ only supports|values to unpack)",
        Slip(
            "names expected with the parameters",
            "`parameters` gives one parameter after another, without names: to tell weights from "
            "biases look at p.dim().",
        ),
    ),
    (
        r"^calling Net\(.* raised TypeError: '(?:bool|int|float|str)' object is not callable$",
        Slip(
            "method overwritten",
            "A method of nn.Module, such as self.train or self.eval, is overwritten by a value: "
            "give that another name; the mode is self.training.",
        ),
    ),
    (
        r"'tuple' object is not callable",
        Slip(
            "tuple called",
            "A tuple is called here: a comma at the end of the line that makes a layer makes a "
            "tuple of it.",
        ),
    ),
    (
        r"'(?:Linear|Sequential|BatchNorm1d|Conv2d|Net)' object has no attribute '(?:shape|size|"
        r"dim|ndim|data)'",
        Slip(
            "layer in its weight's place",
            "A layer is given where a tensor belongs: its weight is layer.weight, its bias "
            "layer.bias.",
        ),
    ),
    (
        r"Unsupported nonlinearity (?P<name>\w+)",
        Slip(
            "no gain for it",
            "torch knows no gain for {name}: He's variance is that of 'relu', whatever stands "
            "between the layers.",
        ),
    ),
    (
        r"'float' object is not (?:subscriptable|iterable)|cannot unpack non-iterable (?:float|"
        r"int)",
        Slip(
            "number in a pair's place",
            "A single number is given where several belong, such as betas=(0.9, 0.999).",
        ),
    ),
    (
        r"raised TypeError: (?:max|min|maximum|minimum)\(\)(?:: argument '\w+' \(position \d+\) "
        r"must be Tensor, not (?:float|int)\b| received an invalid combination of arguments - got "
        r"\((?:float|int)\b)",
        Slip(
            "number in a tensor's place",
            "torch.max and its like compare two tensors, and are given a plain number: "
            "torch.clamp(x, min=0) compares each entry with one.",
        ),
    ),
    (
        r"raised TypeError: (?P<name>\w+)\(\)(?:: argument '\w+' \(position \d+\) must be "
        r"Tensor, not (?:float|int)\b| received an invalid combination of arguments - got "
        r"\((?:float|int)\b)",
        Slip(
            "number in a tensor's place",
            "torch.{name} takes a tensor, and is given a plain number: ** , abs and the functions "
            "of math are for those.",
        ),
    ),
    (
        r"must be Tensor, not (?:builtin_function_or_method|method|function)\b",
        Slip(
            "method not called",
            "A method or function stands where its result belongs: parentheses are missing, as in "
            "x.relu().",
        ),
    ),
    (
        r"must be bool, not method",
        Slip(
            "method in a flag's place",
            "A method is passed where True or False belongs: self.training is the mode, "
            "self.train the method that sets it.",
        ),
    ),
    (
        r"dropout probability has to be between 0 and 1",
        Slip(
            "no probability",
            "What nn.Dropout is given is no probability: it takes p as it is, from 0 to 1.",
        ),
    ),
    (
        r"Optimizer\.__init__\(\) missing 1 required positional argument: 'defaults'",
        Slip(
            "defaults not passed",
            "super().__init__ takes the parameters and a dict of defaults, such as dict(lr=lr), "
            "which step() finds again in each group.",
        ),
    ),
    (
        r"Nesterov momentum requires a momentum and zero dampening",
        Slip(
            "dampening besides Nesterov",
            "nesterov=True goes with a momentum and without dampening, which SGD takes fourth: "
            "pass arguments on by name.",
        ),
    ),
    (
        r"(?P<name>\w+)\(\) missing 1 required positional argument: '(?:input|x|self)'",
        Slip(
            "function called without its tensor",
            "{name} is called without the tensor that it is to be applied to: to keep a function "
            "for later leave the parentheses out, or make a layer, nn.ReLU().",
        ),
    ),
    (
        r"\b(?:train|eval)\(\) (?:takes|missing|got)",
        Slip(
            "train() or eval() overridden",
            "The class defines a train() or eval() of its own, which torch calls with a mode: "
            "leave both to nn.Module, and ask self.training which mode is on.",
        ),
    ),
    (
        r"does not support dense gradients",
        Slip(
            "optimizer for sparse gradients",
            "This optimizer takes sparse gradients only, and a network's are dense: Adam is the "
            "one for those.",
        ),
    ),
    (
        r"step\(\) missing 1 required positional argument: 'closure'",
        Slip(
            "step asks for a closure",
            "step() is called without arguments, and this optimizer, such as LBFGS, asks for a "
            "closure: it is another one than the task's.",
        ),
    ),
    (
        r"'GivenNet' object has no attribute '(?P<name>\w+)'",
        Slip(
            "names of one network only",
            "Not every network has a `{name}`: go through net.parameters(), whatever they are "
            "called.",
        ),
    ),
    (
        r"Boolean value of Tensor with more than one value is ambiguous",
        Slip(
            "whole tensor as a condition",
            "if, max and `and` decide about one number, and this is a tensor: torch.where, "
            "clamp and maximum go entry by entry; a layer is made first, nn.ReLU()(x).",
        ),
    ),
    (
        r"must be Tensor, not (?!NoneType)[A-Z]\w*",
        Slip(
            "layer made, not called",
            "A layer stands where its result belongs: it is made once, in __init__, and then "
            "called on the tensor, as in nn.ReLU()(x).",
        ),
    ),
    (
        r"must be Tensor, not torch\.return_types\.(?P<name>\w+)",
        Slip(
            "values and indices",
            "torch.{name} with a dimension returns values and indices: torch.clamp(x, min=0) or "
            "torch.maximum go entry by entry.",
        ),
    ),
    (
        r"must have the same dtype|to have the same dtype|expected scalar type",
        Slip(
            "another dtype",
            "A tensor of another dtype meets float32 here: NumPy's numbers become float64, whole "
            "numbers int64; convert with .float().",
        ),
    ),
    (
        r"cannot assign '[\w.]+' as parameter '(?P<attribute>\w+)'",
        Slip(
            "tensor in a parameter's place",
            "`{attribute}` is a parameter: assign nn.Parameter(…), or write into it under "
            "torch.no_grad().",
        ),
    ),
    (
        r"cannot assign '[\w.]+' as child module '(?P<attribute>\w+)'",
        Slip(
            "function in a module's place",
            "`{attribute}` is a module: assign one, such as nn.ReLU(), not a function.",
        ),
    ),
    (
        r"is not a Module subclass",
        Slip(
            "no module among modules",
            "nn.Sequential and nn.ModuleList hold modules: nn.ReLU() in place of torch.relu, "
            "nn.Linear in place of a tensor, *layers in place of a list.",
        ),
    ),
    (
        r"module 'torch\.nn\.init' has no attribute '(?:[Hh]e|[Mm]sra|[Kk]aiming)_?\w*'",
        Slip(
            "initialiser by another name",
            "torch.nn.init calls He's initialisation by his first name: kaiming_normal_ and "
            "kaiming_uniform_, with an underscore at the end.",
        ),
    ),
    (
        r"Fan in and fan out can not be computed",
        Slip(
            "initialiser for weights on a bias",
            "This initialiser needs a weight of two dimensions, and a bias has one: fill biases "
            "with zeros.",
        ),
    ),
    (
        r"^optimizer\.step\(\) raised RuntimeError: (?:The size of tensor|output with shape|The "
        r"expanded size)",
        Slip(
            "state of another parameter's shape",
            "Two parameters' tensors are mixed here: each needs state of its own, of its own "
            "shape, as in self.state[p].",
        ),
    ),
    (
        r"size of tensor a \(\d+\) must match|The expanded size of the tensor|size mismatch",
        Slip(
            "shapes that do not fit",
            "Two tensors are combined here whose shapes do not fit: look at the .shape of both "
            "just before this line.",
        ),
    ),
    (
        r"^optimizer\.step\(\) raised KeyError",
        Slip(
            "state read before it was set",
            "State is read that nothing has set: at its first step a parameter has none yet, so "
            "start it there, from torch.zeros_like(p).",
        ),
    ),
    (
        r"^optimizer\.step\(\) raised NotImplementedError: *$|^optimizer\.step\(\) raised "
        r"NotImplementedError$",
        Slip(
            "no step",
            "The optimizer has no method `step`: look at its name, and whether it is indented to "
            "stand in the class.",
        ),
    ),
    (
        r"^calling (?P<entry>Net|make_optimizer)\(.* returned (?:a type|an ABCMeta)\b",
        Slip(
            "class instead of an instance",
            "What {entry} returns is not called yet: a class becomes an instance by the "
            "parentheses with its arguments after it.",
        ),
    ),
    (
        r"(?P<entry>\w+)(?:\(.*\))? returned None\b",
        Slip("return forgotten", "{entry} returns None: a `return` is missing at its end."),
    ),
    (
        r"forward returned (?:a tuple|a list|a dict)\b",
        Slip(
            "more than the logits returned",
            "forward returns several things: the logits, one tensor, are all that it gives.",
        ),
    ),
    (
        r"^calling (?P<entry>Net|make_optimizer)\(.* returned a tuple\b",
        Slip(
            "more than one thing returned",
            "{entry} returns several things: only what its name says is asked for.",
        ),
    ),
    (
        r"^calling Net\(.* returned .*, not a torch\.nn\.Module",
        Slip(
            "no torch module",
            "What Net returns is no module of torch's: its class is a subclass of nn.Module, and "
            "calls super().__init__() first.",
        ),
    ),
    (
        r"gave logits of dtype int\d+",
        Slip(
            "classes in place of logits",
            "Class numbers are returned, as argmax gives them: what is asked for is the logits, a "
            "score for each class.",
        ),
    ),
    (
        r"gave logits of dtype float32 and shape \((?P<n>\d+),\); expected float32 and "
        r"\(1, (?P=n)\)|gave logits of dtype float32 and shape \(\d+,\)",
        Slip(
            "dimension lost",
            "The logits have lost a dimension, as squeeze, a sum or an index takes one away: they "
            "are (N, num_output), for a single row too.",
        ),
    ),
    (
        r"gave logits of dtype float32 and shape \(\);",
        Slip(
            "one number in place of logits",
            "A single number is returned, such as a mean or a loss: what is asked for is the "
            "logits, a score for each class and row.",
        ),
    ),
    (
        r"gave logits of dtype float32 and shape \((?P<a>\d+), (?P<b>\d+)\); expected float32 and "
        r"\((?P=b), (?P=a)\)",
        Slip("logits transposed", "The logits stand the wrong way round: rows are the inputs."),
    ),
    (
        r"gave logits of dtype float32 and shape \((?P<rows>\d+), (?P<seen>\d+)\); expected "
        r"float32 and \((?P=rows), (?P<wanted>\d+)\)",
        Slip(
            "output of another width",
            "A row of the output has {seen} numbers, and not num_output, {wanted}: is it the last "
            "layer's that is returned, and has that layer num_output units?",
        ),
    ),
    (
        r"gave logits of dtype float(?:64|16)",
        Slip(
            "another dtype",
            "The logits have another dtype than the inputs: leave float32 as it is, and convert "
            "what comes from NumPy with .float().",
        ),
    ),
    (
        r"^calling make_optimizer\(.* returned .*, not a torch\.optim\.Optimizer",
        Slip(
            "no torch optimizer",
            "make_optimizer returns something else than an optimizer of torch's: return one of "
            "torch.optim, or make your class a subclass of torch.optim.Optimizer.",
        ),
    ),
    (
        r"TypeError: \w+\.forward\(\) takes \d positional arguments? but \d were given",
        Slip(
            "parameters of forward",
            "forward is called with the inputs alone, and gets the network itself as well: define "
            "it as forward(self, x).",
        ),
    ),
    (
        r"^the forward pass .* in train mode gave logits that are not all finite",
        Slip(
            "logits not finite",
            "In train mode NaN or infinity comes out: something divides by 0 there, such as a "
            "share of what is kept, or a root is taken of 0 or less, as of a variance without eps "
            "or one that is no E[x²] - E[x]².",
        ),
    ),
    (
        r"^the forward pass .* gave logits that are not all finite",
        Slip(
            "logits not finite",
            "NaN or infinity comes out: something overflows, as exp of a large number does, "
            "divides by 0, takes a root of less, or was never set.",
        ),
    ),
    (
        r"optimizer\.step\(\) raised ZeroDivisionError",
        Slip(
            "t counted from 0",
            "Something divides by 0 in the first step: t counts steps from 1, so that 1 - β^t is "
            "not 0; increase it before it is used.",
        ),
    ),
    (
        STEPS_NOT_FINITE,
        Slip(
            "steps not finite",
            "The steps are NaN or infinite: they divide by 0 (t counted from 0, ε left out), take "
            "a root of less than 0 (v is of g², no tensor shared with m, 1 - β^t of a power), or "
            "grow without bound.",
        ),
    ),
    (
        r"it returned a tensor that no gradient flows back from",
        Slip(
            "result without gradient",
            "What is returned has no gradient: .data, detach(), no_grad, NumPy and torch.tensor(…) "
            "cut it off from what it was computed from.",
        ),
    ),
    (
        r"got an unexpected keyword argument '(?P<name>\w+)'",
        Slip(
            "no such argument",
            "What is called here has no argument `{name}`: look at how that is spelt, and what its "
            "documentation calls it.",
        ),
    ),
    (
        r"not supported between instances of '(?:float|int)' and '(?:tuple|list|generator)'",
        Slip(
            "argument in another's place",
            "An argument stands where another one belongs: pass them on by name, as in lr=lr.",
        ),
    ),
    (
        r"NoneType",
        Slip(
            "None computed with",
            "None stands here for a number or tensor: it comes from a function without return, "
            "or a name that was never given a value.",
        ),
    ),
    (
        r"UnboundLocalError|referenced before assignment|cannot access local variable",
        Slip(
            "variable read before it is set",
            "A variable is read before this function has set it: one that it assigns is its own, "
            "also where another one outside has the same name.",
        ),
    ),
    (
        r"RecursionError",
        Slip("calls itself", "A function calls itself without end: look at what this line calls."),
    ),
)  # fmt: skip
