package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * From the bytes of an event to a subscriber that is called at once, a token allocates its text and its event and nothing
 * else: no parser's strings, no boxes, nothing for each call.
 */
@NoLeaks
class TokenPathAllocationTest {

    private static final int TOKENS = 2_000;
    private static final int ROUNDS = 5;

    /** A string of six characters has two objects of 24 bytes each, and its event one of 32 at most. */
    private static final int MOST_BYTES = 80;

    private static final Fingerprint NO_FINGERPRINT = Fingerprint.of(Map.of());

    private static final AdapterConfig CONFIG =
            AdapterConfig.builder().url("http://127.0.0.1:1").build();

    private final RunningStreams streams = RunningStreams.create("llamacpp", CONFIG, StreamLimits.DEFAULT);

    /** Counts what it is handed. */
    private static final class Counter extends EagerSubscriber {
        private int tokens;

        @Override
        public void onNext(TokenEvent event) {
            if (event instanceof TokenEvent.Token) {
                tokens++;
            }
        }
    }

    @Test
    void token_deliveredAtOnce_allocatesItsTextAndItsEvent() {
        Counter counter = new Counter();
        long[] least = new long[1];
        streams.open(TaskRequest.builder("a").build(), emitter -> {
            emitter.stream().subscribe(counter);
            emitter.started("m", StartDetails.NONE);
            least[0] = least(emitter);
            emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
        });
        assertTrue(least[0] <= MOST_BYTES, "a token allocates " + least[0] + " bytes");
        assertEquals(ROUNDS * TOKENS, counter.tokens);
        streams.close();
    }

    /** What a token of the most frugal round allocates: others include what is made once, or by a compiler's change. */
    private static long least(TokenEmitter emitter) {
        EventFeed feed = new EventFeed(
                emitter,
                new Failures("127.0.0.1:1", Optional.empty()),
                CompletionEventReader::new,
                100,
                new InlineWatch(emitter, CONFIG.timeSource()),
                event -> NO_FINGERPRINT,
                new JobEnds());
        long least = Long.MAX_VALUE;
        int count = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[][] events = new byte[TOKENS][];
            for (int i = 0; i < TOKENS; i++) {
                events[i] = event(++count);
            }
            long before = Allocation.ofThisThread();
            for (byte[] event : events) {
                feed.read(event, 0, event.length);
            }
            least = Math.min(least, (Allocation.ofThisThread() - before) / TOKENS);
        }
        return least;
    }

    private static byte[] event(int number) {
        return ("data: {\"index\":0,\"content\":\" robot\",\"tokens\":[267],\"stop\":false,\"id_slot\":-1,\"tokens_predicted\":"
                        + number + ",\"tokens_evaluated\":23}\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
