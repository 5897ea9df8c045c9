package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.TokenStreamVerification;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Factory;

/** FLW-01 on the mock's streams, and on those of a host that the mock is bound to. */
public class MockPublisherVerificationTest extends TokenStreamVerification {

    /** More than the kit leaves unread. */
    private static final String MANY = "1000";

    private final AdapterFactory factory;
    private WorkerAdapter serving;
    private WorkerAdapter failing;

    /**
     * One of the four combinations.
     *
     * @param delivery who calls the subscriber
     * @param hosted whether a host is between
     */
    @Factory(dataProvider = "forms")
    public MockPublisherVerificationTest(Delivery delivery, boolean hosted) {
        super(delivery);
        MockHarness mock = new MockHarness();
        factory = (hosted ? mock.hosted() : mock).factory();
    }

    /** {@return every combination} */
    @DataProvider
    public static Object[][] forms() {
        return new Object[][] {
            {Delivery.EXECUTOR, false},
            {Delivery.NON_BLOCKING, false},
            {Delivery.EXECUTOR, true},
            {Delivery.NON_BLOCKING, true}
        };
    }

    @Override
    protected void begin() {
        serving = factory.create(
                config().option("slots", MANY).option("length", MANY).build());
        failing =
                factory.create(config().option("fail-with", "POOL_UNAVAILABLE").build());
    }

    private static AdapterConfig.Builder config() {
        return AdapterConfig.builder().replica("pool", "r0");
    }

    @Override
    protected TokenStream open(long elements) {
        TaskRequest.Builder task = TaskRequest.builder("Once upon a time");
        if (elements == 1) {
            return failing.submit(task.build());
        }
        long tokens = Math.max(1, Math.min(Integer.MAX_VALUE, elements - 2)); // no task has less than one
        return serving.submit(task.maxTokens((int) tokens).build());
    }

    @Override
    protected void end() {
        serving.close();
        failing.close();
    }
}
