package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Tokenization;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch tokenize}. */
@Command(name = "tokenize", description = "Splits a text into the model's tokens, and shows their ids.")
final class TokenizeCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Parameters(paramLabel = "TEXT", description = "What to split; - reads it from standard input.")
    private String text = "";

    @Option(names = "--prompt", description = "Adds the special tokens that a prompt gets.")
    private boolean prompt;

    @Option(names = "--count", description = "Shows only how many there are.")
    private boolean count;

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object.")
    private boolean json;

    TokenizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        String read = TextArgument.read(terminal, "text", text);
        try (Departure departure = Departure.watch();
                Engines engines = Engines.openOrScripted(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            Tokenization tokenization = engines.capability(Tokenization.class, Capability.TOKENIZATION);
            List<Integer> ids = Stages.join(prompt ? tokenization.tokenizePrompt(read) : tokenization.tokenize(read));
            terminal.println(shown(ids));
            return ExitCode.OK.number();
        }
    }

    private String shown(List<Integer> ids) {
        if (json) {
            return JsonLine.of(line -> {
                line.put("count", ids.size());
                if (!count) {
                    line.numbers("tokens", ids);
                }
            });
        }
        return count
                ? Integer.toString(ids.size())
                : ids.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
