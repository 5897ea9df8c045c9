package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.onFault;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.stream;
import static io.llamaorch.adapter.tck.broken.Changes.streamAnew;
import static io.llamaorch.adapter.tck.broken.Events.end;
import static io.llamaorch.adapter.tck.broken.Events.failsWith;
import static io.llamaorch.adapter.tck.broken.Events.failure;
import static io.llamaorch.adapter.tck.broken.Events.isOfTheEngine;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.tck.StreamFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in the event stream (EVT). */
enum BrokenEvents implements Broken {
    ENDS_TWICE(
            rules("EVT-01", "CAN-08"),
            stream(event -> event instanceof TokenEvent.Terminal ? List.of(event, event) : List.of(event))),

    STARTS_BEFORE_A_REFUSAL(rules("EVT-02"), streamAnew(() -> {
        boolean[] started = {false};
        return event -> {
            boolean late = event instanceof TokenEvent.Error && !started[0];
            started[0] |= event instanceof TokenEvent.Started;
            return late
                    ? List.of(new TokenEvent.Started("job", "mock", "model", StartDetails.NONE), event)
                    : List.of(event);
        };
    })),

    NUMBERS_FROM_ONE(
            rules("EVT-03"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Token token
                            ? new TokenEvent.Token(token.index() + 1, token.text(), token.channel(), token.details())
                            : event))),

    STRIPS_SPACES(
            rules("EVT-04"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Token token
                            ? new TokenEvent.Token(
                                    token.index(), token.text().stripLeading(), token.channel(), token.details())
                            : event))),

    TAKES_A_CUT_FOR_THE_END(
            rules("EVT-05", "EVT-08", "ERR-02", "ERR-05"),
            stream(event -> List.of(failsWith(event, ErrorCode.WORKER_RESET) ? end(StopReason.END_OF_TEXT) : event))),

    IGNORES_ERRORS_IN_THE_STREAM(
            rules("EVT-06"), stream(event -> List.of(isOfTheEngine(event) ? end(StopReason.UNKNOWN) : event))),

    DOES_NOT_TELL_THE_VERSION(
            rules("EVT-07"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Started started
                            ? new TokenEvent.Started(
                                    started.jobId(), started.engine(), started.model(), StartDetails.NONE)
                            : event))),

    FORGETS_THE_USAGE_OF_A_CANCEL(
            rules("EVT-08"),
            stream(event -> List.of(
                    event instanceof TokenEvent.End end && end.reason() == StopReason.CANCELLED
                            ? new TokenEvent.End(end.reason(), Usage.UNKNOWN, end.timings(), end.details())
                            : event))),

    HOLDS_A_PIECE_BACK(rules("EVT-09", "EVT-08", "CAN-02", "CAN-03", "TIM-01", "TIM-02"), streamAnew(() -> {
        List<TokenEvent> held = new ArrayList<>();
        return event -> {
            List<TokenEvent> now = new ArrayList<>(held);
            held.clear();
            if (event instanceof TokenEvent.Token) {
                held.add(event);
            } else {
                now.add(event);
            }
            return now;
        };
    })),

    WAITS_FOR_THE_CLOSE(
            rules("EVT-10"),
            onFault(
                    fault -> fault instanceof StreamFault.StayOpen || fault instanceof StreamFault.NeverClose,
                    event -> List.of(
                            event instanceof TokenEvent.End ? failure(ErrorCode.DECODE_TIMEOUT, "no close") : event))),

    TAKES_REASONING_FOR_TEXT(
            rules("EVT-11"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Token token
                            ? new TokenEvent.Token(token.index(), token.text(), Channel.TEXT, token.details())
                            : event))),

    FORGETS_THE_LAST_CALL(
            rules("EVT-12"),
            stream(event ->
                    event instanceof TokenEvent.ToolCall call && call.index() > 0 ? List.of() : List.of(event))),

    TELLS_HALF_A_CALL(
            rules("EVT-12"),
            onFault(
                    StreamFault.CutAfterTokens.class::isInstance,
                    event -> event instanceof TokenEvent.Error
                            ? List.of(new TokenEvent.ToolCall(0, "call-0", "weather", "{\"city\":"), event)
                            : List.of(event))),

    READS_ON_AFTER_THE_END(
            rules("EVT-10"),
            onFault(
                    StreamFault.MoreAfterEnd.class::isInstance,
                    event -> event instanceof TokenEvent.End
                            ? List.of(new TokenEvent.Token(99, "more", Channel.TEXT, TokenDetails.NONE), event)
                            : List.of(event)));

    private final Change change;

    BrokenEvents(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
