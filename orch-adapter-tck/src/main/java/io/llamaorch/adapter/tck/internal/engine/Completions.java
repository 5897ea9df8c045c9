package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.StreamFault;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Completions from request to answer, whatever the dialect.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Completions {
    static final String EVENTS = "text/event-stream";

    private final EngineState engine;

    Completions(EngineState engine) {
        this.engine = engine;
    }

    /**
     * What is asked for, and how to answer.
     *
     * @param headAtOnce whether a stream's head is sent when the prompt's evaluation begins, or else when it is done
     */
    record Order(CompletionRequest request, Speech speech, boolean headAtOnce) {}

    /**
     * Answers one; blocks while it waits for a slot.
     *
     * @param order reads the request
     * @throws EngineError what the server refuses
     */
    Reply answer(Call call, Supplier<Order> order) {
        engine.lastBody(call.body());
        Exchange exchange = new Exchange(call, call.client().connection());
        call.client().connection().tell(exchange);
        engine.begin(exchange);
        Optional<Fault> fault = engine.nextFault();
        call.client().connection().twist(Twists.of(fault));
        Optional<Reply> instead = fault.flatMap(f -> FaultReplies.instead(f, call.client()));
        if (instead.isPresent()) {
            if (fault.filter(FaultReplies::isNeverDone).isPresent()) {
                call.client().onGone(() -> engine.countLeft(call.client()));
            }
            return instead.get();
        }
        Order ordered = order.get();
        CompletionRequest request = ordered.request();
        SlotTable.Ticket ticket = engine.slots().request(request.prompt(), request.slot());
        call.client().onGone(() -> engine.slots().leave(ticket));
        Optional<Slot> slot = ticket.await();
        if (slot.isEmpty()) {
            engine.countLeft(call.client());
            return Reply.silence();
        }
        checkFits(request, slot.get());
        Client client =
                fault.filter(StreamFault.IgnoreDisconnect.class::isInstance).isPresent()
                        ? call.client().unheeded(engine.closing())
                        : call.client();
        Completion completion = new Completion(engine, request, slot.get(), client, fault);
        return request.stream() ? streamed(completion, ordered, client) : whole(completion, ordered.speech(), client);
    }

    private void checkFits(CompletionRequest request, Slot slot) {
        int size = request.prompt().size();
        int context = engine.options().contextSize();
        if (size >= context) {
            engine.slots().release(slot);
            throw new EngineError(
                    400,
                    "request (" + size + " tokens) exceeds the available context size (" + context
                            + " tokens), try increasing it",
                    "exceed_context_size_error",
                    Json.object("n_prompt_tokens", size, "n_ctx", context));
        }
    }

    private Reply streamed(Completion completion, Order order, Client client) {
        try {
            if (!order.headAtOnce()) {
                completion.evaluateAhead(new Quiet(client));
            }
            return Reply.stream(EVENTS, new StreamBody(engine, completion, order.speech(), client));
        } catch (IOException e) {
            return Reply.silence();
        }
    }

    /** Runs a completion that is answered in one piece. */
    private static Reply whole(Completion completion, Speech speech, Client client) {
        try {
            return switch (completion.run(new Quiet(client))) {
                case FINISHED -> Reply.json(200, speech.whole(completion.generation()));
                // The server answers one that has closed only its sending side, and says nothing.
                case CLIENT_GONE -> Reply.text(200, "", "");
                case FAULT -> FaultReplies.unstreamed(completion.fault().orElseThrow());
            };
        } catch (IOException e) {
            return Reply.silence();
        }
    }

    private record Quiet(Client client) implements Completion.Listener {
        @Override
        public void progress(int processed, double millis) {}

        @Override
        public void token(Generation.Step step) {}

        @Override
        public boolean pause(long deadline) {
            return client.goneBy(deadline);
        }
    }
}
