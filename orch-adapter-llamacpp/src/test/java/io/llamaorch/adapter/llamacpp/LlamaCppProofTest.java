package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The proof of cancel over real sockets, and what is left of it when the adapter closes (CAN-07, LIF-04). */
@NoLeaks
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LlamaCppProofTest {

    private static final Duration SOON = Duration.ofMillis(150);

    @RegisterExtension
    final AdapterFixture fixture = new AdapterFixture();

    private final CountDownLatch looked = new CountDownLatch(1);

    private FakeEngine engine() throws Exception {
        return fixture.engine().on("/completion", line -> {
            line.streamHead();
            line.token("a");
            line.awaitClose();
        });
    }

    /** Cancels a job whose first token has come. */
    private static CompletableFuture<CancelReceipt> cancelled(WorkerAdapter adapter) throws Exception {
        Patience.get(adapter.properties());
        TokenStream stream = adapter.submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        assertInstanceOf(TokenEvent.Started.class, events.next());
        assertInstanceOf(TokenEvent.Token.class, events.next());
        return stream.cancel().settled().toCompletableFuture();
    }

    private static void assertUnconfirmed(String reason, CompletableFuture<CancelReceipt> receipt) throws Exception {
        CancelReceipt settled = Patience.get(receipt);
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, settled.outcome());
        assertTrue(settled.reason().contains(reason), settled::reason);
    }

    @Test
    void slots_whenTheMarkIsIdle_areTheProof() throws Exception {
        FakeEngine engine = engine();
        engine.on("/slots", line -> {
            String sent = engine.requests("/completion").get(0);
            int at = sent.indexOf("\"dry_allowed_length\":");
            String mark = sent.substring(at, sent.indexOf('}', at));
            line.json(200, "[{\"is_processing\":false,\"params\":{" + mark + "}}]");
        });
        CompletableFuture<CancelReceipt> receipt = cancelled(fixture.adapter(engine));
        fixture.time().advance(SOON);
        assertEquals("SLOT_FREE after PT0.15S", Patience.get(receipt).toString());
    }

    @Test
    void slots_largerThanTheirCeiling_areRefused() throws Exception {
        FakeEngine engine = engine().on("/slots", line -> {
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n[\"");
            String more = "x".repeat(64 * 1024);
            while (true) {
                line.send(more);
            }
        });
        CompletableFuture<CancelReceipt> receipt = cancelled(fixture.adapter(engine));
        fixture.time().advance(SOON);
        assertUnconfirmed("more than 4194304 bytes", receipt);
    }

    @Test
    void close_duringALook_settlesAndLeavesNothing() throws Exception {
        FakeEngine engine = engine().on("/slots", line -> {
            looked.countDown();
            line.awaitClose();
        });
        WorkerAdapter adapter = fixture.adapter(engine);
        CompletableFuture<CancelReceipt> receipt = cancelled(adapter);
        fixture.time().advance(SOON);
        Patience.await(looked);
        adapter.close();
        assertUnconfirmed("was closed", receipt);
        Patience.await("a timer is left", () -> fixture.time().waiting() == 0);
    }

    @Test
    void close_ofARunningJob_isNotWaitedForBySomebodysProof() throws Exception {
        WorkerAdapter adapter = fixture.adapter(engine());
        Patience.get(adapter.properties());
        TokenStream stream = adapter.submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        assertInstanceOf(TokenEvent.Started.class, events.next());
        adapter.close();
        assertUnconfirmed("was closed", stream.released().toCompletableFuture());
        Patience.await("a timer is left", () -> fixture.time().waiting() == 0);
    }
}
