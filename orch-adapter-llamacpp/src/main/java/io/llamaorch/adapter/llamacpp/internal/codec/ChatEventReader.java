package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenDetails;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the events of {@code POST /v1/chat/completions}. The end of a chat is told in parts: why it is finished, then
 * the counts, then {@code [DONE]}. Only with the last of them is it the end, and then they are told together.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class ChatEventReader extends EventReader {

    /** The setting that has the engine count its tokens in every event. */
    static final String COUNTS = "timings_per_token";

    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final ToolCallAssembler calls = new ToolCallAssembler();
    private final ChatEnd end;

    /** Whether timings are told before the end: only if the task asked, as this adapter always asks for the counts. */
    private final boolean tellsTimings;

    /** Whether the event that is read holds a part of a tool call. */
    private boolean isOfCall;

    // Of the part of a tool call that is read.
    private int callIndex;
    private String callId = "";
    private String callName = "";
    private String callArguments = "";

    /**
     * Makes a reader at the start of a stream.
     *
     * @param listener hears the events
     * @param task what the engine was asked
     */
    public ChatEventReader(Listener listener, TaskRequest task) {
        super(listener);
        end = new ChatEnd(!task.sampling().stop().isEmpty());
        tellsTimings = Boolean.TRUE.equals(task.extras().get(COUNTS));
    }

    @Override
    boolean read(byte[] bytes, int from, int to, boolean errorField) {
        if (!Arrays.equals(bytes, from, to, DONE, 0, DONE.length)) {
            return super.read(bytes, from, to, errorField);
        }
        if (!end.isFinished()) {
            return true; // nothing more will come, so this is a cut (EVT-05)
        }
        end.tell(event);
        return super.handOver();
    }

    @Override
    boolean handOver() {
        counts();
        if (end.isFinished()) {
            calls.finish(end.isLimit());
        }
        event.toolCalls = calls.take();
        if (isOfCall) {
            event.details = TokenDetails.NONE; // of a part that is no text
            isOfCall = false;
        }
        event.fault = calls.fault();
        end.note(event);
        event.hasTimings &= tellsTimings && !end.isFinished();
        return super.handOver();
    }

    /** Takes the counts from the timings; those of the prompt are not right there before the first token. */
    private void counts() {
        if (event.predicted == 0) {
            event.cached = -1;
        }
        if (event.predicted >= 0 && event.tokensPredicted < 0) {
            event.tokensPredicted = event.predicted;
        }
        if (event.cached >= 0 && event.promptRead >= 0 && event.tokensEvaluated < 0) {
            event.tokensEvaluated = event.cached + event.promptRead;
        }
    }

    @Override
    void member(EventMember member) {
        if (json.isNest()) {
            switch (member) {
                case CHOICES -> choices();
                case TIMINGS -> timings();
                case PROMPT_PROGRESS -> progress();
                case USAGE -> usage();
                case VERBOSE -> verbose();
                case ERROR -> error();
                default -> skip(member);
            }
            return;
        }
        switch (member) {
            case ERROR -> errorText();
            case CODE, MESSAGE, TYPE -> error(event.rootError, member);
            default -> skip(member);
        }
    }

    private void choices() {
        if (json.next() != '[') {
            json.skip(false);
            return;
        }
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            if (json.next() == '{') {
                choice();
            } else {
                json.skip(false);
            }
        }
    }

    private void choice() {
        for (boolean more = json.firstMember(); more; more = json.nextMember()) {
            EventMember member = name();
            switch (member) {
                case DELTA -> delta();
                case FINISH_REASON -> end.finish(text());
                case LOGPROBS -> logprobs();
                default -> skip(member);
            }
        }
    }

    private void logprobs() {
        if (json.next() != '{') {
            json.skip(false);
            return;
        }
        for (boolean more = json.firstMember(); more; more = json.nextMember()) {
            EventMember member = name();
            if (member == EventMember.CONTENT) {
                likelihoods();
            } else {
                skip(member);
            }
        }
    }

    private void delta() {
        if (json.next() != '{') {
            json.skip(false);
            return;
        }
        for (boolean more = json.firstMember(); more; more = json.nextMember()) {
            EventMember member = name();
            switch (member) {
                case CONTENT -> event.content = text();
                case REASONING_CONTENT -> event.reasoning = text();
                case TOOL_CALLS -> toolCalls();
                default -> skip(member);
            }
        }
    }

    private void toolCalls() {
        if (json.next() != '[') {
            json.skip(false);
            return;
        }
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            if (json.next() == '{') {
                toolCall();
            } else {
                json.skip(false);
            }
        }
    }

    private void toolCall() {
        callIndex = -1;
        callId = "";
        callName = "";
        callArguments = "";
        for (boolean more = json.firstMember(); more; more = json.nextMember()) {
            EventMember member = name();
            switch (member) {
                case INDEX -> callIndex = count(-1);
                case ID -> callId = text();
                case FUNCTION -> function();
                default -> skip(member);
            }
        }
        isOfCall = true;
        calls.part(callIndex, callId, callName, callArguments);
    }

    private void function() {
        if (json.next() != '{') {
            json.skip(false);
            return;
        }
        for (EventMember member = first(); member != EventMember.NONE; member = next()) {
            switch (member) {
                case NAME -> callName = text();
                case ARGUMENTS -> callArguments = text();
                default -> skip(member);
            }
        }
    }

    private void usage() {
        if (json.next() != '{') {
            json.skip(false);
            return;
        }
        for (boolean more = json.firstMember(); more; more = json.nextMember()) {
            EventMember member = name();
            switch (member) {
                case PROMPT_TOKENS -> event.tokensEvaluated = count(-1);
                case COMPLETION_TOKENS -> event.tokensPredicted = count(-1);
                case PROMPT_TOKENS_DETAILS -> promptDetails();
                default -> skip(member);
            }
        }
    }

    private void promptDetails() {
        if (!json.isNest()) {
            json.skip(false);
            return;
        }
        for (EventMember member = first(); member != EventMember.NONE; member = next()) {
            if (member == EventMember.CACHED_TOKENS) {
                event.cached = count(-1);
            } else {
                skip(member);
            }
        }
    }

    /** What {@code /completion} would have said at its end, where the engine tells it (contract 6.1). */
    private void verbose() {
        for (EventMember member = first(); member != EventMember.NONE; member = next()) {
            switch (member) {
                case SLOT -> event.slot = count(-1);
                case TRUNCATED -> event.truncated = flag();
                case STOP_TYPE -> event.stopType = text();
                case STOPPING_WORD -> event.stoppingWord = text();
                default -> skip(member);
            }
        }
    }
}
