package io.llamaorch.adapter.tck;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * What {@link NoLeaks} does: looks before a class and before each test, and again after them. The look before a test
 * comes before its instance is made, so that what its fields open is the test's too.
 *
 * <p>Thread safety: safe for concurrent use, but tests that run at the same time are taken for one another's leaks.
 */
public final class LeakCheck
        implements TestInstancePreConstructCallback,
                BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback {

    /** How long things may take to end by themselves; what a test started is meant to end with it. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** JUnit's configuration parameter for another time, which is not scaled. */
    static final String PATIENCE_PARAMETER = "orch.leaks.patience-millis";

    /** More than these are no help. */
    private static final int MOST_TOLD = 50;

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakCheck.class);

    /** For JUnit; tests say {@link NoLeaks}. */
    public LeakCheck() {}

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        look(context);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        look(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        look(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        lookAgain(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        lookAgain(context);
    }

    /** The first look at each context counts. A store shows what its parents hold, so the key tells whose it is. */
    private static void look(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(NAMESPACE);
        if (store.get(context.getUniqueId()) == null) {
            store.put(context.getUniqueId(), Leaks.snapshot());
        }
    }

    private static void lookAgain(ExtensionContext context) {
        Leaks before = context.getStore(NAMESPACE).remove(context.getUniqueId(), Leaks.class);
        if (before == null) {
            return;
        }
        List<String> found = before.found(patience(context));
        if (!found.isEmpty()) {
            tellOnce(context.getParent());
            // JUnit adds this to the test's own failure, if it has one
            throw new AssertionError(context.getDisplayName() + " left " + found.size() + " behind:"
                    + found.stream().limit(MOST_TOLD).map(one -> "\n  - " + one).collect(Collectors.joining())
                    + (found.size() > MOST_TOLD ? "\n  - and more" : ""));
        }
    }

    /** What a test left is its own, and not its class's too. */
    private static void tellOnce(Optional<ExtensionContext> outer) {
        for (Optional<ExtensionContext> each = outer;
                each.isPresent();
                each = each.get().getParent()) {
            ExtensionContext.Store store = each.get().getStore(NAMESPACE);
            if (store.get(each.get().getUniqueId()) != null) {
                store.put(each.get().getUniqueId(), Leaks.snapshot());
            }
        }
    }

    /** One that has failed already may not have got as far as closing things: no use in waiting long. */
    private static Duration patience(ExtensionContext context) {
        return context.getExecutionException().isPresent()
                ? Patience.mustNotHappen()
                : context.getConfigurationParameter(PATIENCE_PARAMETER)
                        .map(millis -> Duration.ofMillis(Long.parseLong(millis)))
                        .orElseGet(() -> Patience.scaled(PATIENCE));
    }
}
