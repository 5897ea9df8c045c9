package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Embeddings;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch embed}. */
@Command(name = "embed", description = "Turns texts into vectors, a line for each.")
final class EmbedCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Parameters(
            paramLabel = "TEXT",
            arity = "1..*",
            description = "The texts; a lone - reads one from each line of standard input.")
    private List<String> texts = List.of();

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    EmbedCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<String> given = texts.size() == 1 && TextArgument.isStandardInput(texts.get(0))
                ? terminal.readAll().lines().filter(line -> !line.isBlank()).toList()
                : texts.stream().map(text -> TextArgument.typed("text", text)).toList();
        if (given.isEmpty()) {
            throw new IllegalArgumentException("standard input has no text: give one on each line");
        }
        try (Departure departure = Departure.watch();
                Engines engines = Engines.openOrScripted(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            List<float[]> vectors = Stages.join(
                    engines.capability(Embeddings.class, Capability.EMBEDDINGS).embed(given));
            for (int i = 0; i < vectors.size(); i++) {
                terminal.println(json ? line(i, vectors.get(i)) : numbers(vectors.get(i)));
            }
            return ExitCode.OK.number();
        }
    }

    private static String line(int index, float[] vector) {
        return JsonLine.of(line -> line.put("index", index).numbers("embedding", vector));
    }

    private static String numbers(float[] vector) {
        return IntStream.range(0, vector.length)
                .mapToObj(i -> Float.toString(vector[i]))
                .collect(Collectors.joining(" "));
    }
}
