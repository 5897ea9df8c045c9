package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.RetryPolicy;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DSP-05: retries are a part of the tasks, and no storm. */
class RetryBudgetTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());

    private static RetryBudget budget(double each, int reserve) {
        return new RetryBudget(
                RetryPolicy.builder().budget(each).reserve(reserve).build());
    }

    private static int spend(RetryBudget budget) {
        int retries = 0;
        while (budget.withdraw()) {
            retries++;
        }
        return retries;
    }

    @Test
    void withdraw_beforeAnyTask_isTheReserve() {
        assertEquals(3, spend(budget(0.5, 3)));
    }

    @Test
    void withdraw_whenAllIsSpent_isRefusedUntilTasksBroughtAWholeOne() {
        RetryBudget budget = budget(0.2, 0);
        for (int tasks = 1; tasks < 5; tasks++) {
            budget.deposit();
            assertFalse(budget.withdraw(), tasks + " tasks");
        }
        budget.deposit();
        assertTrue(budget.withdraw());
        assertFalse(budget.withdraw());
    }

    @Test
    void withdraw_whenTasksBringNothing_isTheReserveOnly() {
        RetryBudget budget = budget(0, 1);
        for (int tasks = 0; tasks < 1_000; tasks++) {
            budget.deposit();
        }
        assertEquals(1, spend(budget));
    }

    @Test
    void deposit_whenNothingFailsForLong_isSavedUpToABound() {
        RetryBudget budget = budget(1, 7);
        for (int tasks = 0; tasks < 10_000; tasks++) {
            budget.deposit();
        }
        assertEquals(7 + RetryBudget.SAVED_AT_MOST, spend(budget));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 290, 333, 700, 1_000})
    void retries_howeverTheyCome_areNeverMoreThanTheBudgetOfTheTasks(int thousandths) {
        SplittableRandom random = new SplittableRandom(SEED);
        RetryBudget budget = budget(thousandths / 1_000.0, 10);
        int retries = 0;
        for (int tasks = 1; tasks <= 10_000; tasks++) {
            budget.deposit();
            for (int wishes = random.nextInt(4); wishes > 0; wishes--) {
                retries += budget.withdraw() ? 1 : 0;
            }
            assertTrue(1_000 * retries <= thousandths * tasks + 10_000, retries + " of " + tasks + ", seed " + SEED);
        }
        int all = thousandths * 10;
        assertTrue(retries >= all - RetryBudget.SAVED_AT_MOST, retries + " of " + all + ", seed " + SEED);
    }
}
