package io.llamaorch.adapter.llamacpp.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.EventAssembler;
import io.llamaorch.adapter.llamacpp.internal.codec.NoJsonException;
import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Streams by chance through the decoder, the filter and the reader: however they are cut into reads the events are the
 * same, and they are those that another reader finds in the whole; nonsense is refused, and nothing else is thrown
 * (ERR-04, EVT-04, EVT-05, SEC-05).
 */
class StreamFuzzTest {

    private static final int USUALLY = 10_000;

    /** What came of a stream. */
    private record Outcome(List<ReferenceEvent> events, boolean failed) {}

    private static Outcome decode(byte[] input, int[] reads, int readLimit, int skipLimit, int eventLimit) {
        List<ReferenceEvent> events = new ArrayList<>();
        CompletionEventReader reader = new CompletionEventReader(event -> {
            ReferenceEvent said = ReferenceEvent.of(event);
            events.add(said);
            return !said.isLast();
        });
        SseDecoder decoder = new SseDecoder(new EventAssembler(reader, readLimit, skipLimit), eventLimit);
        try {
            int from = 0;
            for (int to : reads) {
                decoder.feed(input, from, to);
                from = to;
            }
            return new Outcome(events, false);
        } catch (NoJsonException | EventTooLargeException e) {
            return new Outcome(events, true);
        }
    }

    private static Outcome decode(byte[] input, int... reads) {
        return decode(input, reads, 1 << 20, 1 << 20, 1 << 21);
    }

    private static void check(byte[] input, Random random) {
        Outcome whole = decode(input, input.length);
        ReferenceStream reference = ReferenceStream.of(input);
        assertEquals(reference.events(), whole.events(), "the events");
        if (reference.failed() || !reference.pending()) {
            assertEquals(reference.failed(), whole.failed(), "whether it is refused");
        }
        int[] reads = Mutator.reads(input.length, random);
        assertEquals(whole, decode(input, reads), "in reads up to " + List.of(reads.length));
        if (random.nextInt(16) == 0) {
            assertEquals(
                    whole, decode(input, IntStream.rangeClosed(1, input.length).toArray()), "byte by byte");
        }
        if (random.nextInt(4) != 0) {
            return;
        }
        // Limits are for events in parts, as all are in reads of two bytes: one read brings less than any limit.
        int limit = 1 + random.nextInt(300);
        int[] pairs = IntStream.rangeClosed(1, (input.length + 1) / 2)
                .map(i -> Math.min(2 * i, input.length))
                .toArray();
        assertEquals(
                decode(input, IntStream.rangeClosed(1, input.length).toArray(), limit, limit / 2, 2 * limit),
                decode(input, pairs, limit, limit / 2, 2 * limit),
                "with a limit of " + limit);
    }

    @Test
    void stream_anyhow_saysTheSameInAnyReads_andWhatTheReferenceFinds() {
        Fuzzing.run("streams", USUALLY, StreamInputs.mutator(), StreamFuzzTest::check);
    }

    /**
     * What was found once, each shortened by hand. The first six: a parser that is now gone let pass a comma or a name before
     * a bracket if a read ended there, a byte-order mark before a document, and characters in too many bytes or beyond
     * the last.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"content\":\"\",}\n\n",
                "data: {\"timings\":{\"prompt_ms\":}}\n\n",
                "data: [1,]\n\n",
                "data:\u00ef\u00bb\u00bf {}\n\ndata: {}\n\n",
                "data: {\"content\":\"\u00c0\u0080\"}\n\n",
                "data: {\"content\":\"\u00f4\u0090\u0080\u0080\"}\n\n",
                "data: {\"slot\":2}\n\n",
                "data: {\"prompt\":\"\u00ff\0\",\"stop\":true}\n\n",
                "data: {\"prompt\":[\"]\\\"\", \"stop\":true}\n\n",
                "\u00ef\u00bb",
                ""
            })
    void stream_thatWasAFinding_isNoneAnyMore(String stream) {
        byte[] input = Mutator.bytes(stream);
        for (int seed = 0; seed < 200; seed++) {
            check(input, new Random(seed));
        }
        assertTrue(decode(input, input.length).events().size() <= 2);
    }
}
