# SPDX-License-Identifier: MIT
"""A source file as the style rules see it: its text, its code without comments and strings, its
includes and its functions. The C++ here is found by shape, without a compiler: good enough to
count lines and parameters of code that clang-format has laid out, and fast.
"""
import ast
import re
from dataclasses import dataclass
from functools import cached_property

CPP = (".cc", ".h")
_LITERAL = re.compile(
    r'R"(?P<raw>[^()\\ ]{0,16})\(.*?\)(?P=raw)"'
    r"|//[^\n]*"
    r"|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",
    re.S,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")', re.M)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.M)
_LAST_WORDS = re.compile(r"(?:\)|\b(?:const|noexcept|override|final|mutable|try))\s*&*\s*$")
_NOT_A_NAME = {"decltype", "explicit", "alignas", "noexcept", "requires", "__attribute__"}


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


@dataclass
class Function:
    name: str
    line: int
    length: int
    parameters: int


class Source:
    """One file. `path` is relative to the repository and uses slashes."""

    def __init__(self, path, data):
        self.path = path
        self.is_binary = b"\0" in data[:8192]
        self.text = "" if self.is_binary else data.decode("utf-8", errors="replace")
        self.lines = self.text.split("\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.name = path.rsplit("/", 1)[-1]
        self.extension = "." + self.name.rsplit(".", 1)[-1] if "." in self.name[1:] else ""

    @property
    def is_cpp(self):
        return self.extension in CPP

    @property
    def is_python(self):
        return self.extension == ".py" or bool(re.match(r"#!.*\bpython3?$", self.first_line))

    @property
    def is_shell(self):
        return self.extension == ".sh" or bool(re.match(r"#!.*\b(?:ba)?sh\b", self.first_line))

    @property
    def is_cmake(self):
        return self.name == "CMakeLists.txt" or self.extension == ".cmake"

    @property
    def is_code(self):
        return self.is_cpp or self.is_python or self.is_shell or self.is_cmake

    @property
    def first_line(self):
        return self.lines[0] if self.lines else ""

    @cached_property
    def code(self):
        """C++ without comments, strings and preprocessor lines, each blanked in place."""
        text = _LITERAL.sub(lambda m: _blank(m.group()), self.text)
        return _DIRECTIVE.sub(lambda m: _blank(m.group()), text)

    @cached_property
    def includes(self):
        """(line, name, is_system) of each #include."""
        found = []
        for match in _INCLUDE.finditer(self.text):
            found.append((self.line_at(match.start()), match[1] or match[2], bool(match[1])))
        return found

    def line_at(self, offset):
        return self.text.count("\n", 0, offset) + 1

    @cached_property
    def functions(self):
        if self.is_cpp:
            return _cpp_functions(self.code)
        if self.is_python:
            return _python_functions(self.text)
        if self.is_shell:
            return _shell_functions(self.lines)
        return []


def closing(code, start, pair="{}"):
    """Offset of the bracket that closes the one at `start`, or the end of the text."""
    depth = 0
    for i in range(start, len(code)):
        if code[i] == pair[0]:
            depth += 1
        elif code[i] == pair[1]:
            depth -= 1
            if depth == 0:
                return i
    return len(code)


def _kind_of_brace(head, inside, in_parentheses):
    """What a '{' behind `head` opens: namespace, type, function, block or a braced value."""
    if in_parentheses or inside in ("function", "block", "value"):
        return "block"
    if re.search(r"(^|\s)namespace\b[^()]*$", head) or head.endswith("extern"):
        return "namespace"
    if re.search(r"\b(class|struct|union|enum)\b[^()]*$", head):
        return "type"
    if "(" not in head or re.search(r"(?<![=!<>])=(?!=)", _without_parentheses(head)):
        return "value"
    if _LAST_WORDS.search(head):
        return "function"
    outside = _without_parentheses(head)
    if re.search(r"\)\s*(noexcept\s*)?:[^:]", outside):
        return "function" if head.endswith("}") else "value"
    return "function" if "->" in outside or "requires" in outside else "value"


def _without_parentheses(text):
    out, depth = [], 0
    for c in text:
        depth -= c == ")"
        if depth == 0:
            out.append(c)
        depth += c == "("
    return "".join(out)


def _name_and_parameters(head):
    """Name of the function declared by `head` and how many parameters it has."""
    head = re.sub(r"\s+", " ", head)
    while match := re.search(r"\btemplate ?<", head):
        end = closing(head, match.end() - 1, "<>")
        head = head[: match.start()] + head[end + 1 :]
    head = re.sub(r"\[\[.*?\]\]", "", head)
    for match in re.finditer(r"(operator ?(?:\(\)|\[\]|[^\w\s(]+|\w+)|[~\w:]+) ?\(", head):
        name = match[1].split("::")[-1] if not match[1].startswith("operator") else match[1]
        if name in _NOT_A_NAME:
            continue
        start = match.end() - 1
        return name, _count(head[start + 1 : closing(head, start, "()")])
    return "", 0


def _count(parameters):
    if not parameters.strip() or parameters.strip() == "void":
        return 0
    depth, count = 0, 1
    for c in parameters.replace("->", "  ").replace(">=", "  ").replace("<=", "  "):
        if c in "([{<":
            depth += 1
        elif c in ")]}>":
            depth -= 1
        elif c == "," and depth == 0:
            count += 1
    return count


def _cpp_functions(code):
    functions, stack, start, parentheses, line, kept = [], [], 0, 0, 1, 0
    for match in re.finditer(r"[{}();\n]", code):
        c, i = match.group(), match.start()
        if c == "\n":
            line += 1
        elif c == "(":
            parentheses += 1
        elif c == ")":
            parentheses -= 1
        elif c == ";":
            start = i + 1 if parentheses == 0 else start
        elif c == "{":
            head = code[start:i].strip()
            inside = stack[-1][0] if stack else "namespace"
            kind = _kind_of_brace(head, inside, parentheses > 0)
            first = line - code[start:i].lstrip().count("\n")
            kept, parentheses = parentheses, 0
            stack.append((kind, head, first, kept, start))
            start = i + 1
        elif stack:
            kind, head, first, parentheses, before = stack.pop()
            start = before if kind == "value" or parentheses > 0 else i + 1
            if kind == "function":
                name, parameters = _name_and_parameters(head)
                functions.append(Function(name, first, line - first + 1, parameters))
    return functions


def _python_functions(text):
    functions = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [a.arg for a in node.args.posonlyargs + node.args.args + node.args.kwonlyargs]
            names = [n for n in names if n not in ("self", "cls")]
            length = node.end_lineno - node.lineno + 1
            functions.append(Function(node.name, node.lineno, length, len(names)))
    return functions


def _shell_functions(lines):
    functions, name, first = [], None, 0
    for number, line in enumerate(lines, 1):
        if match := re.match(r"(?:function )?([\w-]+) ?\(\) ?\{$", line):
            name, first = match[1], number
        elif line == "}" and name:
            functions.append(Function(name, first, number - first + 1, 0))
            name = None
    return functions
