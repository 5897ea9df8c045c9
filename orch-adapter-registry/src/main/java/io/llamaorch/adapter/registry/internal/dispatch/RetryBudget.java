package io.llamaorch.adapter.registry.internal.dispatch;

import io.llamaorch.adapter.registry.RetryPolicy;

/**
 * How many retries a pool may still afford (DSP-05): each task brings a part of one, each retry takes one. So there are
 * never more attempts than {@code (1 + budget) × tasks + reserve}.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class RetryBudget {

    /** What a quiet time may save up, in retries, beside the reserve. */
    static final int SAVED_AT_MOST = 100;

    /** In millionths of a retry, so that sums are exact. */
    private static final long ONE = 1_000_000;

    private final long each;
    private final long most;
    private long balance;

    /**
     * Makes a budget that holds its reserve.
     *
     * @param policy how much that is, and how much each task brings
     */
    public RetryBudget(RetryPolicy policy) {
        each = (long) Math.floor(policy.budget() * ONE);
        balance = policy.reserve() * ONE;
        most = balance + SAVED_AT_MOST * ONE;
    }

    /** A task came. */
    public void deposit() {
        balance = Math.min(most, balance + each);
    }

    /**
     * Takes a retry.
     *
     * @return whether there was one
     */
    public boolean withdraw() {
        if (balance < ONE) {
            return false;
        }
        balance -= ONE;
        return true;
    }
}
