package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.ReadTransport;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Wherever a recorded chat is cut, what is delivered is what was whole: no half of a tool call, and no end without its
 * marker (EVT-01 to 05, EVT-08).
 */
@Tag("once")
@NoLeaks
class ChatCutTest {

    private static final long SEED = 20261126;
    private static final TaskRequest TASK = TaskRequest.builder(
                    new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, "hi")), List.of()))
            .jobId("job-1")
            .build();

    private final Trial trial = new Trial();
    private final ReadTransport transport = new ReadTransport(trial.time());

    @AfterEach
    void close() {
        trial.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat-stream",
                "chat-stream-reasoning",
                "chat-stream-tool-calls",
                "chat-stream-limit-in-call",
                "chat-stream-stop-word",
                "chat-stream-logprobs"
            })
    void chat_cutAtEveryByte_isACutAfterWhatWasWhole(String name) {
        Recording recording = Recording.of(name, Transcripts.raw(name));
        ChatReference reference = ChatReference.of(recording);
        Random random = new Random(SEED);
        for (int cut = 0; cut <= recording.raw().length; cut += step(recording)) {
            boolean headed = cut >= recording.headLength();
            List<String> right = reference.right(headed ? recording.bodyWithin(cut) : 0, headed);
            check(recording.raw(), cut, at -> Integer.MAX_VALUE, right);
            if (cut % 50 == 0) {
                check(recording.raw(), cut, at -> at + 1, right);
                check(recording.raw(), cut, at -> at + 1 + random.nextInt(300), right);
            }
        }
        for (int cut = 0; cut <= recording.body().length; cut += step(recording)) {
            byte[] raw = recording.endedCleanlyAfter(cut);
            check(raw, raw.length, at -> Integer.MAX_VALUE, reference.right(cut, true));
        }
    }

    /** Every byte, but for the long ones, which say the same over and over. */
    private static int step(Recording recording) {
        return recording.raw().length < 2_000 ? 1 : 29;
    }

    private void check(byte[] raw, int length, IntUnaryOperator readEnd, List<String> right) {
        int[] at = new int[1];
        transport.answer(into -> {
            if (at[0] == length) {
                return -1;
            }
            int end = Math.min(Math.min(length, readEnd.applyAsInt(at[0])), at[0] + into.remaining());
            int count = end - at[0];
            into.put(raw, at[0], count);
            at[0] = end;
            return count;
        });
        HeardLines heard = trial.begin(transport, true, TASK);
        transport.run();
        if (!right.equals(heard.lines()) || !heard.fault().isEmpty()) {
            assertEquals(right, heard.lines(), () -> "cut after " + length + " of " + raw.length + ", seed " + SEED);
            assertEquals("", heard.fault());
        }
        assertTrue(transport.closed(), "the connection is closed");
    }
}
