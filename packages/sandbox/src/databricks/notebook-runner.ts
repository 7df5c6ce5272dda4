/**
 * The Python program in which a notebook runs. It is told what to do by a line of JSON on standard input, asks for
 * secrets and tokens on descriptor 3, gets them on standard input, and reports the end on descriptor 3. When standard input closes,
 * the sandbox has gone, and the notebook goes too. Nothing secret is ever in an argument, the environment or a file.
 */
export const NOTEBOOK_RUNNER = String.raw`
import collections
import json
import linecache
import os
import queue
import re
import resource
import signal
import sys
import threading
import traceback
import types

RESULT_LIMIT = 5 * 1024 * 1024
answers = queue.Queue()
asking = threading.Lock()


def listen():
    rest = b""
    while True:
        chunk = os.read(0, 65536)
        if not chunk:
            os.killpg(0, signal.SIGKILL)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            answers.put(json.loads(line))


def tell(message):
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(3, data):]


def ask(question):
    with asking:
        tell({"ask": question})
        answer = answers.get()
    if "error" in answer:
        raise Exception(answer["error"])
    return answer["value"]


secrets_seen = set()


def redact(text):
    for secret in secrets_seen:
        text = text.replace(secret, "[REDACTED]")
    return text


class Redacted:
    """A stream that shows no secret the notebook has read."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        return self._stream.write(redact(text))

    def __getattr__(self, name):
        return getattr(self._stream, name)


class NotebookExit(Exception):
    def __init__(self, value):
        super().__init__(value)
        self.value = value


class InputWidgetNotDefined(Exception):
    pass


class Widgets:
    def __init__(self, given):
        self._given = given
        self._values = dict(given)

    def _declare(self, name, value):
        self._values[name] = self._given.get(name, value)

    def text(self, name, defaultValue, label=None):
        self._declare(name, str(defaultValue))

    def dropdown(self, name, defaultValue, choices, label=None):
        if defaultValue not in choices:
            raise ValueError(f"The default value {defaultValue!r} of widget {name} is not one of its choices.")
        self._declare(name, str(defaultValue))

    def combobox(self, name, defaultValue, choices, label=None):
        self._declare(name, str(defaultValue))

    def multiselect(self, name, defaultValue, choices, label=None):
        self.dropdown(name, defaultValue, choices, label)

    def get(self, name):
        if name not in self._values:
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        return self._values[name]

    def getAll(self):
        return dict(self._values)

    def getArgument(self, name, defaultValue=""):
        return self._values.get(name, defaultValue)

    def remove(self, name):
        self._values.pop(name, None)

    def removeAll(self):
        self._values.clear()


class Secrets:
    def get(self, scope, key):
        value = ask({"what": "secret", "scope": scope, "key": key})
        if value:
            secrets_seen.add(value)
        return value

    def getBytes(self, scope, key):
        return self.get(scope, key).encode()

    def list(self, scope):
        return [types.SimpleNamespace(key=key) for key in ask({"what": "keys", "scope": scope})]

    def listScopes(self):
        return [types.SimpleNamespace(name=name) for name in ask({"what": "scopes"})]


AccessToken = collections.namedtuple("AccessToken", ["token", "expires_on"])


class ServiceCredential:
    """What Azure's libraries call a credential: each token is a new one, and ends soon."""

    def __init__(self, name):
        self._name = name

    def get_token(self, *scopes, **_):
        if len(scopes) != 1:
            raise ValueError("get_token takes exactly one scope")
        resource = scopes[0].removesuffix("/.default")
        answer = ask({"what": "token", "name": self._name, "resource": resource})
        secrets_seen.add(answer["token"])
        return AccessToken(answer["token"], answer["expires_on"])

    def close(self):
        pass


class Credentials:
    def getServiceCredentialsProvider(self, credentialName):
        ask({"what": "credential", "name": credentialName})
        return ServiceCredential(credentialName)


class Notebook:
    def exit(self, value):
        raise NotebookExit(str(value))


class Library:
    def restartPython(self):
        print("dbutils.library.restartPython: nothing was installed, so nothing is restarted")


def split_cells(source):
    """Yields the line on which each cell starts, and its text."""
    start, cell = 0, []
    for number, line in enumerate(source.split("\n")):
        if re.fullmatch(r"# COMMAND -{10}\s*", line):
            yield start, "\n".join(cell)
            start, cell = number + 1, []
        else:
            cell.append(line)
    yield start, "\n".join(cell)


def find_magic(cell):
    """The text behind # MAGIC if the cell is nothing else."""
    lines = [line for line in cell.split("\n") if line.strip()]
    lines = [line for line in lines if not re.match(r"# (Databricks notebook source|DBTITLE )", line)]
    if lines and all(line.startswith("# MAGIC") for line in lines):
        return "\n".join(line[len("# MAGIC"):].removeprefix(" ") for line in lines).strip()
    return None


def run_magic(text, directory, names):
    command, _, rest = text.partition(" ") if " " in text.split("\n")[0] else (text.split("\n")[0], "", "")
    if command in ("%md", "%md-sandbox") or not command.startswith("%"):
        return
    if command == "%run":
        run_other(os.path.join(directory, rest.strip().strip('"')), names)
    elif command in ("%pip", "%conda"):
        print(f"{command} is not run here: the packages of the sandbox's own Python count")
    else:
        raise NotImplementedError(f"The sandbox does not run {command} cells; it runs Python, %run and %md.")


def run_other(path, names):
    for candidate in (path, path + ".py"):
        if os.path.isfile(candidate):
            with open(candidate, encoding="utf-8") as file:
                run_source(file.read(), candidate, names)
            return
    raise FileNotFoundError(f"Notebook not found: {path}")


def run_source(source, path, names):
    linecache.cache[path] = (len(source), None, [line + "\n" for line in source.split("\n")], path)
    for start, cell in split_cells(source):
        magic = find_magic(cell)
        if magic is not None:
            run_magic(magic, os.path.dirname(path), names)
        else:
            exec(compile("\n" * start + cell, path, "exec"), names)


def describe(error, path):
    """Type and text in a line, and the trace without the frames of this program."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    text = str(error)
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return {"error": redact(line), "trace": redact("".join(lines))}


def limit_memory():
    """A notebook that eats memory fails by itself, before the machine does."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    resource.setrlimit(resource.RLIMIT_DATA, (total * 3 // 4, total * 3 // 4))


def main():
    limit_memory()
    threading.Thread(target=listen, daemon=True).start()
    work = answers.get()
    os.chdir(work["directory"])
    sys.path[0:1] = [work["directory"], *work["roots"]]
    sys.argv = [""]
    sys.stdout, sys.stderr = Redacted(sys.stdout), Redacted(sys.stderr)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    names = module.__dict__
    dbutils = types.SimpleNamespace(
        widgets=Widgets(work["parameters"]), notebook=Notebook(), secrets=Secrets(), library=Library()
    )
    if work["hasCredentials"]:
        dbutils.credentials = Credentials()
    names.update(dbutils=dbutils, display=print, displayHTML=print, getArgument=dbutils.widgets.getArgument)
    try:
        run_source(work["source"], work["path"], names)
    except NotebookExit as end:
        tell({"done": {"result": end.value[:RESULT_LIMIT], "truncated": len(end.value) > RESULT_LIMIT}})
    except BaseException as error:
        report = describe(error, work["path"])
        print(report["trace"], file=sys.stderr)
        tell({"done": report})
    else:
        tell({"done": {}})


if __name__ == "__main__":
    main()
`.trimStart();
