"""The entry point: commands, version, and errors as one clear line."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Annotated

import typer

from sparkfix import __version__
from sparkfix.errors import SparkfixError

# typer carries click under a name of its own since 0.16; its root of all usage errors is the same in every release.
_USAGE_ERROR: type[typer.BadParameter] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)

# What shells and typer say for a program that was interrupted.
_INTERRUPTED = 130

app = typer.Typer(
    name="sparkfix",
    help="Find and fix faulty Apache Spark configuration on Kubernetes, changing exactly the bytes that must change.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(value: bool) -> None:
    if value:
        print(f"sparkfix {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
) -> None:
    del version, debug


def _register() -> None:
    """Commands are imported only when one is run or listed, so that `--version` stays quick."""
    from sparkfix.cli import commands, graph, pages, render, show

    app.command("check")(commands.check)
    app.command("apply")(commands.apply)
    app.command("diff")(commands.diff)
    app.command("set")(commands.set_property)
    app.command("unset")(commands.unset_property)
    app.command("rename")(commands.rename_property)
    app.command("render")(render.render)
    app.command("graph")(graph.graph)
    app.command("show")(show.show)
    app.command("rules")(pages.rules)
    app.command("explain")(pages.explain)
    app.command("new-rule")(pages.new_rule)


def _use_closed_streams() -> None:
    """Let a process that was started without some of its streams run on: what it says there is lost."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the process


def _cause(error: OSError | UnicodeEncodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or "this terminal cannot show it"


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 nothing left, 1 something left, 2 bad input or an internal error."""
    given = sys.argv[1:] if arguments is None else arguments
    # Parsed trees hold no cycles to speak of; looking for some took a fifth of a scan's time.
    gc.set_threshold(1_000_000, 50, 50)
    # A polite end undoes what is half done, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    code = _flushed(run(given))
    # Nor does the interpreter find anything to collect at its end, where it would look through all of them once more.
    gc.freeze()
    sys.exit(code)


def _flushed(code: int) -> int:
    """The exit code once all output is out; a reader that went away or a full disk shows only then."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = 2
    except OSError as error:
        code = _failed(f"the output: {_cause(error)}")
    else:
        return code
    # What is left in the buffer would be tried once more, and complained about, at the very end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def run(arguments: list[str]) -> int:
    """Run the command line on some arguments; the exit code. Errors are told in one line on standard error."""
    _use_closed_streams()
    debug = "--debug" in arguments
    if arguments[:1] != ["--version"]:
        _register()
    rest = [argument for argument in arguments if argument != "--debug"]
    try:
        if not rest:
            app(["--help"], prog_name="sparkfix", standalone_mode=False)
            return 2
        result = app(rest, prog_name="sparkfix", standalone_mode=False)
        if result == _INTERRUPTED:
            _failed("interrupted; nothing more was written")
        return result if isinstance(result, int) else 0
    except typer.Exit as ended:
        return int(ended.exit_code)
    except SparkfixError as error:
        return _failed(str(error))
    except (typer.Abort, KeyboardInterrupt):
        _failed("interrupted; nothing more was written")
        return _INTERRUPTED
    except _USAGE_ERROR as error:
        return _failed(error.format_message().replace("\n", " "))
    except BrokenPipeError:
        sys.stderr.close()
        return 2
    except (OSError, UnicodeEncodeError) as error:
        if debug:
            raise
        return _failed(f"{getattr(error, 'filename', None) or 'the output'}: {_cause(error)}")
    except Exception as error:
        if debug:
            raise
        return _failed(f"internal error: {type(error).__name__}: {error} (--debug shows where)")


def _failed(text: str) -> int:
    print("sparkfix: " + " ".join(text.split()), file=sys.stderr)
    return 2
