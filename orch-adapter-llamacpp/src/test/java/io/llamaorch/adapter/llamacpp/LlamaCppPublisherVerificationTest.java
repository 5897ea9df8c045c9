package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.TokenStreamVerification;
import java.io.IOException;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Factory;

/** FLW-01 on the streams of the adapter, over sockets, in both forms of delivery. */
public class LlamaCppPublisherVerificationTest extends TokenStreamVerification {

    private FakeEngine engine;
    private WorkerAdapter adapter;

    /**
     * One of the two forms.
     *
     * @param delivery who calls the subscriber
     */
    @Factory(dataProvider = "forms")
    public LlamaCppPublisherVerificationTest(Delivery delivery) {
        super(delivery);
    }

    /** {@return each form of delivery} */
    @DataProvider
    public static Object[][] forms() {
        return new Object[][] {{Delivery.EXECUTOR}, {Delivery.NON_BLOCKING}};
    }

    @Override
    protected void begin() throws IOException {
        engine = new FakeEngine();
        adapter = new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .url(engine.url())
                        .timeSource(new ManualTime())
                        .build());
    }

    @Override
    protected TokenStream open(long elements) {
        engine.on("/completion", line -> tell(line, elements));
        return adapter.submit(TaskRequest.builder("Once upon a time").build());
    }

    private static void tell(FakeEngine.Line line, long elements) throws IOException {
        if (elements == 1) {
            line.json(503, "");
            return;
        }
        line.streamHead();
        for (long token = 0; token < elements - 2; token++) {
            line.token("t");
        }
        line.chunk(FakeEngine.END);
    }

    @Override
    protected void end() throws IOException {
        adapter.close();
        engine.close();
    }
}
