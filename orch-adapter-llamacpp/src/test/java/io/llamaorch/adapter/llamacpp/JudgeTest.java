package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.Endpoint;
import io.llamaorch.adapter.llamacpp.internal.wire.JdkClient;
import io.llamaorch.adapter.llamacpp.internal.wire.JdkTransport;
import io.llamaorch.adapter.llamacpp.internal.wire.SharedLoop;
import io.llamaorch.adapter.llamacpp.internal.wire.SocketTransport;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The adapter on its own transport and on one that the JDK's HTTP client stands behind: both are served the same bytes,
 * good and hostile, and must make the same of them, but for what {@link Difference} explains (EVT-05, EVT-06, ERR-03,
 * ERR-04).
 *
 * <p>By hand: {@code -Dorch.judge.responses=20000}, and {@code -Dorch.judge.seed} for others, or for one that failed.
 */
class JudgeTest {

    private static final int RESPONSES = Integer.getInteger("orch.judge.responses", 1000);
    private static final int MOST_SHOWN = 5;
    private static final long SEED = Long.getLong("orch.judge.seed", 20261128);

    private final Leaks before = Leaks.snapshot();
    private final Set<String> nonsenseToTheJudge = new HashSet<>();
    private final Map<Difference, Integer> differences = new EnumMap<>(Difference.class);
    private final List<String> unexplained = new ArrayList<>();
    private final Trial trial = new Trial();
    private final SharedLoop loop = new SharedLoop();
    private Transport keepsTheLoop;
    private JdkClient jdk;

    @BeforeEach
    void open() {
        keepsTheLoop = new SocketTransport(Endpoint.parse("http://127.0.0.1:1"), TlsOptions.NONE, loop, trial.time());
        jdk = new JdkClient();
    }

    /** The JDK's client leaves some sockets open on which nonsense came: all others must be gone. */
    @AfterEach
    void close() throws Exception {
        trial.close();
        keepsTheLoop.close();
        jdk.close();
        Patience.await("nothing is left open but what the judge leaves: " + left(), () -> left().isEmpty());
    }

    private List<String> left() {
        return before.found(Duration.ZERO).stream()
                .filter(leak -> nonsenseToTheJudge.stream().noneMatch(leak::contains))
                .toList();
    }

    @Test
    void response_ofAnyKind_isTheSameToUsAndToTheJudge() throws Exception {
        int equal = 0;
        for (long seed = SEED; seed < SEED + RESPONSES; seed++) {
            equal += compare(seed) ? 1 : 0;
        }
        System.out.println("Responses that were judged: " + RESPONSES + ", the same to both: " + equal + ", explained: "
                + differences);
        assertTrue(
                unexplained.isEmpty(),
                () -> unexplained.size() + " are not explained: "
                        + String.join("\n", unexplained.subList(0, Math.min(unexplained.size(), MOST_SHOWN))));
    }

    private boolean compare(long seed) throws Exception {
        boolean question = seed % 4 == 0;
        Responses responses = new Responses(seed);
        byte[] response = question ? responses.toQuestion() : responses.toTask();
        try (RawServer server = RawServer.sending(response)) {
            Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + server.port());
            List<String> ours;
            try (Transport transport = new SocketTransport(endpoint, TlsOptions.NONE, loop, trial.time())) {
                ours = question ? answer(transport) : stream(transport);
            }
            List<String> judges;
            try (Transport transport = new JdkTransport(jdk, endpoint, trial.time())) {
                judges = question ? answer(transport) : stream(transport);
            }
            if (judges.get(judges.size() - 1).startsWith("Error PROTOCOL")) {
                nonsenseToTheJudge.add(" to 127.0.0.1:" + server.port() + ",");
            }
            if (ours.equals(judges)) {
                return true;
            }
            Difference.of(new Difference.Both(new Sent(response), ours, judges))
                    .ifPresentOrElse(
                            why -> differences.merge(why, 1, Integer::sum),
                            () -> unexplained.add("seed " + seed + "\nours:   " + ours + "\njudge:  " + judges + "\n"
                                    + Responses.shown(response)));
            return false;
        }
    }

    private List<String> stream(Transport transport) throws InterruptedException {
        HeardLines heard = trial.begin(transport).await();
        assertEquals("", heard.fault());
        return heard.lines();
    }

    private List<String> answer(Transport transport) throws Exception {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        trial.queries(transport).facts(new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts facts) {
                answer.complete(Arrays.asList("version " + facts.version(), "model " + facts.model()));
            }

            @Override
            public void failure(WorkerError error) {
                answer.complete(List.of(HeardLines.line(new TokenEvent.Error(error))));
            }
        });
        return Patience.get(answer);
    }
}
