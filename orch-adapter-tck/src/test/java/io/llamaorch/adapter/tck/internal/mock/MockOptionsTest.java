package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.StreamFault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the mock can be told, and that it is told what is wrong with it (CFG-02). */
@NoLeaks
@Timeout(60)
class MockOptionsTest {

    @RegisterExtension
    final MockBench bench = new MockBench();

    private static List<Optional<Fault>> queued(String text) {
        return MockOptions.read(Map.of("faults", text)).engine().faults().queued();
    }

    @Test
    void faults_always_areSplitAtCommas() {
        assertEquals(
                List.of(
                        Optional.of(new StreamFault.CutAfterTokens(3)),
                        Optional.empty(),
                        Optional.of(new HeadFault.HangBeforeHead())),
                queued("cut-after-tokens:3, well,hang-before-head"));
    }

    @Test
    void faults_whenACommaIsEscaped_keepIt() {
        assertEquals(
                List.of(
                        Optional.of(new StreamFault.Nonsense(0, "{\"a\":1,\"b\":\"\\n\"}")),
                        Optional.of(new StreamFault.Nonsense(1, "\\"))),
                queued("nonsense:0:{\"a\":1\\,\"b\":\"\\n\"},nonsense:1:\\\\"));
    }

    @Test
    void faults_always_strikeOneTaskEach() {
        WorkerAdapter adapter =
                bench.create(AdapterConfig.builder(), "faults", "cut-after-tokens:3,well,retry-later:429:1");
        int[] sizes = new int[4];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = MockBench.events(adapter.submit(bench.task())).size();
        }
        assertEquals(List.of(5, 14, 1, 14), List.of(sizes[0], sizes[1], sizes[2], sizes[3]));
    }

    @Test
    void always_always_strikesEachTask() throws Exception {
        WorkerAdapter adapter = bench.create(AdapterConfig.builder(), "always", "refuse");
        for (int i = 0; i < 3; i++) {
            TokenEvent only = MockBench.events(adapter.submit(bench.task())).get(0);
            assertEquals(
                    ErrorCode.POOL_UNAVAILABLE,
                    ((TokenEvent.Error) only).error().code());
        }
        assertFalse(Patience.get(adapter.health()).ready());
    }

    @Test
    void state_always_isTheEngines() {
        assertEquals(
                EngineScript.State.SLEEPING,
                MockOptions.read(Map.of("state", "sleeping")).engine().state());
        assertEquals(
                EngineScript.State.SERVING, MockOptions.read(Map.of()).engine().state());
    }

    @Test
    void engineToken_whenItIsAsked_mustBeGiven() {
        AdapterConfig.Builder right = AdapterConfig.builder().token(Secret.of("open"));
        List<TokenEvent> events =
                MockBench.events(bench.create(right, "engine-token", "open").submit(bench.task()));
        assertInstanceOf(TokenEvent.End.class, MockBench.last(events));
        TokenEvent only = MockBench.events(bench.create(AdapterConfig.builder(), "engine-token", "open")
                        .submit(bench.task()))
                .get(0);
        assertEquals(ErrorCode.UNAUTHORIZED, ((TokenEvent.Error) only).error().code());
    }

    @Test
    void options_whenSeveralAreWrong_areAllNamedInOneMessage() {
        Map<String, String> wrong = Map.of(
                "length", "0",
                "colour", "red",
                "state", "angry",
                "fail-with", "OOPS",
                "faults", "cut-after-tokens:x,refuse,no-such",
                "always", "never",
                "engine-token", "hush\nhush",
                "health-timeout", "soon");
        String message = assertThrows(IllegalArgumentException.class, () -> MockOptions.read(wrong))
                .getMessage();
        for (String named : List.of(
                "'length'",
                "'colour'",
                "'angry'",
                "'OOPS'",
                "cut-after-tokens:x",
                "'refuse' strikes connections",
                "'no-such'",
                "'never'",
                "'engine-token'",
                "'health-timeout'")) {
            assertTrue(message.contains(named), named + " is not in " + message);
        }
        assertFalse(message.contains("hush"), message);
    }
}
