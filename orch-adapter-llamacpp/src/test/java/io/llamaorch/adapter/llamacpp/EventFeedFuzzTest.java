package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.fuzz.Fuzzing;
import io.llamaorch.adapter.llamacpp.fuzz.Mutator;
import io.llamaorch.adapter.llamacpp.fuzz.ReferenceStream;
import io.llamaorch.adapter.llamacpp.fuzz.StreamInputs;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Streams by chance into what callers hear: an end only where the reference finds the whole end marker, an error only
 * where it finds an error or nonsense, all text before it, and nothing after it (EVT-01, EVT-04 to 06, ERR-04).
 */
@NoLeaks
class EventFeedFuzzTest {

    private static final int USUALLY = 4_000;
    private static final Failures FAILURES = new Failures("http://engine:8080", Optional.empty());

    private static RecordingEmitter feed(byte[] input, int... reads) {
        RecordingEmitter emitter = new RecordingEmitter();
        JobEnds over = new JobEnds();
        EventFeed feed = new EventFeed(
                emitter,
                FAILURES,
                CompletionEventReader::new,
                100,
                new InlineWatch(emitter, new ManualTime()),
                event -> Fingerprint.of(Map.of()),
                over);
        int from = 0;
        for (int to : reads) {
            if (!emitter.ended()) {
                feed.read(input, from, to);
            }
            from = to;
        }
        assertEquals(emitter.ended() ? 1 : 0, over.count(), "how often it said that it is over");
        return emitter;
    }

    private static void check(byte[] input, Random random) {
        RecordingEmitter whole = feed(input, input.length);
        assertEquals(
                whole.calls(), feed(input, Mutator.reads(input.length, random)).calls(), "in parts");
        ReferenceStream reference = ReferenceStream.of(input);
        assertEquals(reference.text(), whole.text(), "the text");
        assertEquals(reference.ended(), whole.end().startsWith("end"), "whether it ended well");
        boolean error = whole.end().startsWith("error") || whole.end().startsWith("refused");
        if (reference.events().stream().anyMatch(event -> event.error() != null) || reference.failed()) {
            assertTrue(error, "it should have failed");
        } else {
            assertTrue(!error || reference.pending(), "it should not have failed, and did with " + whole.end());
        }
    }

    @Test
    void stream_anyhow_endsOnce_andWellOnlyAtTheEndMarker() {
        Fuzzing.run("feeds", USUALLY, StreamInputs.mutator(), EventFeedFuzzTest::check);
    }
}
