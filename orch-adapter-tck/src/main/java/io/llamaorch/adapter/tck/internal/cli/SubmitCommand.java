package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch submit}. */
@Command(name = "submit", description = "Streams a completion to the terminal, each token as it arrives.")
final class SubmitCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Parameters(
            paramLabel = "PROMPT",
            arity = "0..1",
            description = "What to continue; - reads it from standard input. Only --messages can do without.")
    private @Nullable String prompt;

    @Mixin
    private final TaskOptions taskOptions = new TaskOptions();

    @Mixin
    private final ChatOptions chatOptions = new ChatOptions();

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes each event as a JSON object on a line.")
    private boolean json;

    SubmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        TaskRequest task = taskOptions.task(chatOptions.prompt(said()));
        try (Departure departure = Departure.watch();
                Engines engines = Engines.openOrScripted(terminal, replicaOptions);
                TokenStream tokens = engines.submit(task)) {
            departure.cancels(tokens::cancel);
            return show(tokens).number();
        }
    }

    private String said() throws IOException {
        String given = prompt;
        if (given == null && !chatOptions.standAlone()) {
            throw new IllegalArgumentException(
                    "there is no prompt: give one, - for standard input, or --messages FILE");
        }
        return given == null ? "" : TextArgument.read(terminal, "prompt", given);
    }

    private ExitCode show(TokenStream tokens) {
        EventPrinter printer = json ? new JsonPrinter(terminal) : new TextPrinter(terminal);
        ExitCode exitCode = ExitCode.INTERNAL;
        for (TokenEvent event : tokens) {
            printer.print(event);
            if (event instanceof TokenEvent.End end) {
                exitCode = ended(end);
            } else if (event instanceof TokenEvent.Error failure) {
                terminal.tell(failure.error());
                exitCode = ExitCode.of(failure.error().code());
            }
        }
        return exitCode;
    }

    /** A cancel by the caller is told by nobody: it was this process, which is leaving. */
    private ExitCode ended(TokenEvent.End end) {
        if (end.reason() != StopReason.CANCELLED) {
            return ExitCode.OK;
        }
        end.details()
                .cancelCause()
                .filter(cause -> cause != CancelCause.CALLER)
                .ifPresent(cause -> terminal.tell("the job was cancelled (" + cause + "): the text is incomplete"));
        return ExitCode.CANCELLED;
    }
}
