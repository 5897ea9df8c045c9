package io.llamaorch.adapter.llamacpp.scale;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shows how the adapter's cost grows with the number of streams and with the length of a text, as Markdown tables on the
 * standard output. Needs Linux, and about five minutes: {@code mvn -q -Pbenchmark -Dscale=all -DskipTests -pl
 * orch-adapter-llamacpp -am package}.
 *
 * <p>Each row's figures are medians over its windows, in a JVM that has been warmed up, and after some seconds of that
 * very load. CPU time is that of all threads of this process, the JVM's own included; the engine is another process. A
 * lag is from before the engine's write to the subscriber's call.
 */
public final class StreamScale {

    private static final String PACED = "1x20,10x20,100x20,1000x20,4000x20,1000x100";
    private static final String TEXTS = "10x1,10x32,1000x1,1000x32,100000x1,100000x32";
    private static final String IDLE = "100,1000,4000";

    /** What both processes open beside the streams. */
    private static final int OTHER_FILES = 256;

    private final List<String> arguments;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private StreamScale(String[] arguments) {
        this.arguments = List.of(arguments);
    }

    /**
     * Measures.
     *
     * @param arguments {@code all}, or any of {@code paced}, {@code texts} and {@code idle}, each with a list of rows if
     *     others than the usual ones are wanted, such as {@code paced=100x50,2000x10} (streams x tokens a second), {@code
     *     texts=500x8} (tokens x texts at a time), {@code idle=500}; and {@code rounds=5}
     * @throws IOException if the engine cannot be started
     * @throws InterruptedException if somebody interrupts
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/proc/self/task"))) {
            throw new IllegalStateException("this program reads what Linux tells in /proc");
        }
        try (EngineProcess engine = EngineProcess.start()) {
            OwnThreads threads = new OwnThreads();
            StreamScale scale = new StreamScale(arguments);
            int rounds = scale.rows("rounds", "5")
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(5);
            scale.run(engine, threads, rounds);
        }
    }

    private void run(EngineProcess engine, OwnThreads threads, int rounds) throws IOException, InterruptedException {
        Meter meter = new Meter(engine.pid());
        out.println(System.getProperty("java.runtime.version") + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors; medians of " + rounds + " windows.");
        Bench bench = new Bench(engine, meter, threads, rounds);
        // first, or the streams could live on what others left in some pool
        if (wants("idle")) {
            long emptyHeap = IdleRow.emptyHeap(bench);
            Table table = new Table(out, "What open streams hold", IdleRow.COLUMNS);
            for (int[] row : pairs("idle", IDLE)) {
                table.row(fits(row[0]) ? IdleRow.measure(bench, emptyHeap, row[0]) : List.of(row[0], tooFewFiles()));
            }
        }
        if (wants("paced") || wants("texts")) {
            warmUp(new Bench(engine, meter, threads, 1));
        }
        if (wants("paced")) {
            Table table = new Table(out, "Streams that come token by token", PacedRow.COLUMNS);
            for (int[] row : pairs("paced", PACED)) {
                table.row(fits(row[0]) ? PacedRow.measure(bench, row[0], row[1]) : List.of(row[0], tooFewFiles()));
            }
        }
        if (wants("texts")) {
            Table table = new Table(out, "Texts that come as fast as they are read", TextRow.COLUMNS);
            for (int[] row : pairs("texts", TEXTS)) {
                table.row(TextRow.measure(bench, row[0], row[1]));
            }
        }
    }

    /** The compilers must be done with every path before anything counts. */
    private static void warmUp(Bench bench) throws IOException, InterruptedException {
        TextRow.measure(bench, 1000, 32);
        TextRow.measure(bench, 10, 4);
        PacedRow.measure(bench, 200, 50);
        TextRow.measure(bench, 1000, 1);
    }

    private static boolean fits(int streams) {
        return streams + OTHER_FILES <= Meter.mostOpenFiles();
    }

    /** The JVM has raised the soft limit to the hard one already. */
    private static String tooFewFiles() {
        return "needs more open files than the " + Meter.mostOpenFiles()
                + " that this process may have: raise the hard limit (`ulimit -n 8192` as root, or limits.conf)";
    }

    private boolean wants(String section) {
        return arguments.isEmpty()
                || arguments.contains("all")
                || arguments.stream()
                        .anyMatch(argument -> argument.equals(section) || argument.startsWith(section + "="));
    }

    private List<int[]> pairs(String section, String usual) {
        return rows(section, usual)
                .map(row -> Arrays.stream(row.split("x"))
                        .mapToInt(Integer::parseInt)
                        .toArray())
                .toList();
    }

    private Stream<String> rows(String section, String usual) {
        String list = arguments.stream()
                .filter(argument -> argument.startsWith(section + "="))
                .map(argument -> argument.substring(section.length() + 1))
                .findFirst()
                .orElse(usual);
        return Arrays.stream(list.split(","));
    }
}
