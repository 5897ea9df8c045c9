package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import java.util.Map;
import java.util.Optional;

/** One stream from its body's bytes to a subscriber that takes everything at once. */
final class Delivery extends EagerSubscriber {

    private static final Fingerprint NO_FINGERPRINT = Fingerprint.of(Map.of());
    private static final AdapterConfig CONFIG =
            AdapterConfig.builder().url("http://127.0.0.1:1").build();
    private static final RunningStreams STREAMS = RunningStreams.create("llamacpp", CONFIG, StreamLimits.DEFAULT);
    private static final Failures FAILURES = new Failures("127.0.0.1:1", Optional.empty());

    private int characters;
    private boolean ended;

    private Delivery() {}

    /** Reads a body up to one cut after the other; gives the length of its text. */
    static int run(byte[] body, int[] cuts) {
        Delivery delivery = new Delivery();
        STREAMS.open(TaskRequest.builder("once").build(), emitter -> {
                    emitter.stream().subscribe(delivery);
                    emitter.started("m", StartDetails.builder().build());
                    delivery.read(emitter, body, cuts);
                })
                .close();
        if (!delivery.ended) {
            throw new IllegalStateException("the stream did not end");
        }
        return delivery.characters;
    }

    private void read(TokenEmitter emitter, byte[] body, int[] cuts) {
        InlineWatch watch = new InlineWatch(emitter, CONFIG.timeSource());
        EventFeed feed = new EventFeed(
                emitter, FAILURES, CompletionEventReader::new, 100, watch, event -> NO_FINGERPRINT, () -> {});
        int from = 0;
        for (int to : cuts) {
            feed.read(body, from, to);
            from = to;
        }
    }

    @Override
    public void onNext(TokenEvent event) {
        if (event instanceof TokenEvent.Token token) {
            characters += token.text().length();
        } else if (event instanceof TokenEvent.End) {
            ended = true;
        }
    }
}
