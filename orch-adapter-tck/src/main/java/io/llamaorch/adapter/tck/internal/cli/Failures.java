package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever made a command fail into one line on standard error and an exit code. Stack traces are for the log, at
 * debug.
 */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        List<String> nearest =
                failure instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String hint = nearest.isEmpty() ? "" : "; did you mean '" + nearest.get(0) + "'?";
        terminal.tell(
                ErrorCode.INVALID_PARAMS + ": " + failure.getMessage() + hint + " (try '" + command + " --help')");
        return ExitCode.INVALID_PARAMS.number();
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        LOG.atDebug().setCause(failure).log("the command failed");
        if (failure instanceof Terminal.OutputClosedException) {
            terminal.tell("standard output is closed (" + failure.getMessage() + "): what ran was cancelled");
            return ExitCode.OUTPUT_CLOSED.number();
        }
        WorkerError error = errorOf(failure);
        terminal.tell(error);
        if (parsed.hasSubcommand() && parsed.subcommand().hasMatchedOption("--json")) {
            terminal.tryPrintln(JsonPrinter.error(error));
        }
        return ExitCode.of(error.code()).number();
    }

    /** {@return the failure as an error: wrong values come as IllegalArgumentException, and what nobody foresaw is ours} */
    static WorkerError errorOf(Throwable failure) {
        if (failure instanceof WorkerException known) {
            return known.error();
        }
        String message = String.valueOf(failure.getMessage());
        return failure instanceof IllegalArgumentException
                ? WorkerError.of(ErrorCode.INVALID_PARAMS, message)
                : WorkerError.of(ErrorCode.INTERNAL, failure + ": report this; ORCH_LOG=debug shows where it is from");
    }
}
