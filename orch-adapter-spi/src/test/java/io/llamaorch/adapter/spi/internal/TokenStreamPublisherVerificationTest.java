package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.TokenStreamVerification;
import java.util.concurrent.CompletableFuture;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Factory;

/** FLW-01 on streams that the emitter makes, in both forms of delivery and with both kinds of producer. */
public class TokenStreamPublisherVerificationTest extends TokenStreamVerification {

    /** What an adapter does between events. */
    public enum Producer {
        /** A thread that emits as it can and waits when it is told to rest. */
        EAGER,
        /** Emits where it is asked to, in the callback of {@link TokenEmitter#onDemand}. */
        DEMAND_DRIVEN
    }

    private final Producer producer;

    /**
     * One of the four combinations.
     *
     * @param delivery who calls the subscriber
     * @param producer what feeds the emitter
     */
    @Factory(dataProvider = "forms")
    public TokenStreamPublisherVerificationTest(Delivery delivery, Producer producer) {
        super(delivery);
        this.producer = producer;
    }

    /** {@return every combination} */
    @DataProvider
    public static Object[][] forms() {
        return new Object[][] {
            {Delivery.EXECUTOR, Producer.EAGER},
            {Delivery.EXECUTOR, Producer.DEMAND_DRIVEN},
            {Delivery.NON_BLOCKING, Producer.EAGER},
            {Delivery.NON_BLOCKING, Producer.DEMAND_DRIVEN}
        };
    }

    @Override
    protected TokenStream open(long elements) {
        EmitterCore emitter =
                new EmitterCore("job-1", "engine", "r0", StreamLimits.DEFAULT, Deliveries.shared(), new ManualTime());
        emitter.onCancel(cause -> CompletableFuture.completedStage(CancelReceipt.unconfirmed("there is no engine")));
        if (elements == 1) {
            emitter.error(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "refused"));
        } else if (producer == Producer.EAGER) {
            Thread thread = new Thread(() -> pushAll(emitter, elements), "eager-producer");
            thread.setDaemon(true);
            thread.start();
        } else {
            Script script = new Script(emitter, elements);
            emitter.onDemand(script);
            script.run();
        }
        return emitter.stream();
    }

    private static void pushAll(EmitterCore emitter, long elements) {
        try {
            Script script = new Script(emitter, elements);
            do {
                script.run();
            } while (!script.done && emitter.awaitDemand());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Emits, each time it is run, until it is told to rest. */
    private static final class Script implements Runnable {
        private final EmitterCore emitter;
        private final long elements;
        private long made;
        private volatile boolean done;

        private Script(EmitterCore emitter, long elements) {
            this.emitter = emitter;
            this.elements = elements;
        }

        @Override
        public void run() {
            boolean more = true;
            while (more && !done) {
                if (made == 0) {
                    more = emitter.started("model", StartDetails.NONE);
                } else if (made < elements - 1) {
                    more = emitter.token("t");
                } else {
                    emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
                    done = true;
                }
                made++;
            }
        }
    }
}
