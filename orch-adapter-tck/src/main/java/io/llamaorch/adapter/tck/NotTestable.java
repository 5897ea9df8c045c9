package io.llamaorch.adapter.tck;

import org.opentest4j.TestAbortedException;

/** Says that a rule cannot be tested here, and why; a test that ends so is skipped and never counts as passed. */
public final class NotTestable extends TestAbortedException {

    private static final long serialVersionUID = 1;

    /**
     * Makes the exception.
     *
     * @param reason why not, in one line
     */
    public NotTestable(String reason) {
        super("not testable here: " + reason);
    }
}
