package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Tokenization;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch detokenize}. */
@Command(name = "detokenize", description = "Joins tokens of the model's to the text that they stand for.")
final class DetokenizeCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Parameters(
            paramLabel = "ID",
            arity = "1..*",
            description = "Token ids, between blanks or commas; - reads them from standard input.")
    private List<String> ids = List.of();

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object.")
    private boolean json;

    DetokenizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        String given = ids.size() == 1 ? TextArgument.read(terminal, "ids", ids.get(0)) : String.join(" ", ids);
        List<Integer> tokens = Arrays.stream(given.split("[\\s,]+"))
                .filter(id -> !id.isEmpty())
                .map(DetokenizeCommand::id)
                .toList();
        try (Departure departure = Departure.watch();
                Engines engines = Engines.openOrScripted(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            String text = Stages.join(engines.capability(Tokenization.class, Capability.TOKENIZATION)
                    .detokenize(tokens));
            if (json) {
                terminal.println(JsonLine.of(line -> line.put("text", text)));
            } else {
                terminal.print(text.endsWith("\n") ? text : text + "\n");
            }
            return ExitCode.OK.number();
        }
    }

    private static int id(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no token id: give whole numbers, between blanks or commas", e);
        }
    }
}
