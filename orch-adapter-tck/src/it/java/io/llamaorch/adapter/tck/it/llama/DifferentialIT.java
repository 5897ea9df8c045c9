package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scripted engine speaks as the real server does: the same request goes to both, and the answers are compared field
 * by field. What may differ is listed in {@link DifferentialCases} with its reason; anything else fails.
 *
 * <p>The comparison is written to {@code target/differential.md}.
 */
@Tag("once")
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DifferentialIT {
    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static final List<Row> TABLE = new ArrayList<>();
    private static final Set<DifferentialCases.Known> MET = new LinkedHashSet<>();

    private static Map<DifferentialCases.Pair, List<Integer>> ports = Map.of();

    @BeforeAll
    static void open() throws Exception {
        LlamaServer plain = started(LlamaServer.of(BigramModel.plain()));
        LlamaServer slow = started(LlamaServer.of(BigramModel.slowPrompt()));
        LlamaServer locked = started(LlamaServer.of(BigramModel.plain()).apiKey("secret"));
        ports = Map.of(
                DifferentialCases.Pair.PLAIN, List.of(plain.url().getPort(), scripted(engine())),
                DifferentialCases.Pair.SLOW,
                        List.of(slow.url().getPort(), scripted(engine().pace(20).promptPace(250))),
                DifferentialCases.Pair.LOCKED, List.of(locked.url().getPort(), scripted(engine().apiKey("secret"))));
    }

    private static LlamaServer started(LlamaServerBuilder builder) throws Exception {
        LlamaServer server = builder.parallel(2)
                .contextPerSlot(DifferentialCases.CONTEXT)
                .arguments("--alias", "twin")
                .start();
        OPEN.add(server);
        return server;
    }

    private static ScriptedEngine.Builder engine() {
        return ScriptedEngine.builder()
                .slots(2)
                .contextSize(DifferentialCases.CONTEXT)
                .modelAlias("twin");
    }

    private static int scripted(ScriptedEngine.Builder builder) {
        ScriptedEngine engine = builder.start();
        OPEN.add(engine);
        return engine.port();
    }

    @AfterAll
    static void close() throws Exception {
        for (AutoCloseable open : OPEN) {
            open.close();
        }
        List<String> page = new ArrayList<>(List.of("Real server: " + LlamaServer.version(), ""));
        page.addAll(summary());
        page.addAll(List.of("", "| Request | Field | Real server | Scripted engine | |", "|---|---|---|---|---|"));
        TABLE.forEach(row -> page.add("| " + row.request() + " | " + row.field() + " | "
                + cell(row.real(), row.scripted()) + " | " + cell(row.scripted(), row.real()) + " | " + row.verdict()
                + " |"));
        Files.write(Path.of("target/differential.md"), page);
        assertEquals(
                DifferentialCases.KNOWN,
                List.copyOf(inOrder(MET)),
                "a difference that is listed was not met: take it off");
    }

    private static List<DifferentialCases.Known> inOrder(Set<DifferentialCases.Known> met) {
        return DifferentialCases.KNOWN.stream().filter(met::contains).toList();
    }

    /** One line a request: what the real server answered, and which fields were found the same. */
    private static List<String> summary() {
        Map<String, List<Row>> byRequest = new LinkedHashMap<>();
        TABLE.forEach(row ->
                byRequest.computeIfAbsent(row.request(), r -> new ArrayList<>()).add(row));
        List<String> lines = new ArrayList<>(List.of("| Request | Answer | Same | Otherwise |", "|---|---|---|---|"));
        byRequest.forEach((request, rows) -> {
            String answer = rows.stream()
                    .filter(row ->
                            Set.of("status", "framing", "events", "error.type").contains(row.field()))
                    .map(Row::real)
                    .distinct()
                    .collect(Collectors.joining("; "));
            String same = rows.stream()
                    .filter(row -> row.verdict().equals("same"))
                    .map(Row::field)
                    .distinct()
                    .collect(Collectors.joining(", "));
            String otherwise = rows.stream()
                    .map(Row::verdict)
                    .filter(verdict -> !verdict.equals("same"))
                    .distinct()
                    .collect(Collectors.joining("; "));
            lines.add("| `" + request.replace("`", "'") + "` | " + answer + " | " + same + " | " + otherwise + " |");
        });
        return lines;
    }

    /** What one field of an answer was on both sides. */
    private record Row(String request, String field, String real, String scripted, String verdict) {}

    static Stream<DifferentialCases.Case> cases() {
        return DifferentialCases.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void answer_whenTheRequestIsTheSame_isTheSame(DifferentialCases.Case asked) throws Exception {
        // both at once: most of the time goes into seeing whether a connection stays open
        FutureTask<RawAnswer> fromScripted = new FutureTask<>(() -> answer(asked, 1));
        new Thread(fromScripted, "scripted-side").start();
        Map<String, String> real = Sounds.of(answer(asked, 0));
        Map<String, String> scripted = Sounds.of(fromScripted.get());

        Set<String> fields = new LinkedHashSet<>(real.keySet());
        fields.addAll(scripted.keySet());
        List<String> wrong = new ArrayList<>();
        for (String field : fields) {
            String left = real.getOrDefault(field, "(none)");
            String right = scripted.getOrDefault(field, "(none)");
            Optional<DifferentialCases.Known> known =
                    left.equals(right) ? Optional.empty() : DifferentialCases.known(asked, field);
            known.ifPresent(MET::add);
            String verdict = left.equals(right)
                    ? "same"
                    : known.map(DifferentialCases.Known::reason).orElse("**differs**");
            TABLE.add(new Row(asked.toString(), field, left, right, verdict));
            if (verdict.equals("**differs**")) {
                wrong.add(field + "\n  real:     " + difference(left, right) + "\n  scripted: "
                        + difference(right, left));
            }
        }
        assertEquals(List.of(), wrong, () -> asked + " is answered otherwise:\n" + String.join("\n", wrong));
    }

    private static RawAnswer answer(DifferentialCases.Case asked, int side) throws Exception {
        int port = ports.get(asked.pair()).get(side);
        List<Socket> busy = new ArrayList<>();
        try {
            for (int i = 0; i < asked.busy(); i++) {
                busy.add(running(port));
            }
            return RawAnswer.to(port, asked.bytes());
        } finally {
            for (Socket socket : busy) {
                socket.close();
            }
        }
    }

    /** Keeps a slot busy; its first token is there when this returns. */
    private static Socket running(int port) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        socket.getOutputStream()
                .write(DifferentialCases.post("/completion", DifferentialCases.LONG)
                        .bytes());
        InputStream in = socket.getInputStream();
        StringBuilder heard = new StringBuilder();
        while (heard.indexOf("\"stop\":false") < 0) {
            heard.append((char) in.read());
        }
        return socket;
    }

    /** Short enough for a table: a long content only by its beginning, or where it differs. */
    private static String cell(String value, String other) {
        String shown = value.equals(other) ? value : difference(value, other);
        String brief = shown.length() > 90 ? shown.substring(0, 90) + " … (" + value.length() + ")" : shown;
        return "`" + brief.replace("|", "/").replace("`", "'").replace("\n", "\\n") + "`";
    }

    /** The words of a content that the other one does not have. */
    private static String difference(String value, String other) {
        Set<String> words = new LinkedHashSet<>(List.of(value.split(" ")));
        words.removeAll(List.of(other.split(" ")));
        return words.isEmpty() ? value : String.join(" ", words);
    }
}
