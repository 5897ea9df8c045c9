package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What somebody meant who mistyped a name. */
class NearestNameTest {

    @ParameterizedTest
    @CsvSource({
        "large/gpu-3, large/gpu-1",
        "large/gpu1, large/gpu-1",
        "LARGE/GPU-2, large/gpu-2",
        "default/r12, default/r1",
        "x, ",
        "'', ",
        "large, ",
        "other/gpu-1, "
    })
    void of_givesTheNearestOrNone(String name, String nearest) {
        assertEquals(
                Optional.ofNullable(nearest),
                NearestName.of(name, List.of("large/gpu-2", "large/gpu-1", "default/r1", "default/r0", "y")));
    }
}
