package io.llamaorch.adapter.tck.it.llama;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks tests that need a real llama-server. Without one they are skipped, with a reason that says how to get one; with
 * {@code ORCH_REAL_ENGINE=required} in the environment they fail instead, so that a build cannot pass by skipping.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("real-engine")
@ExtendWith(RealEngineCondition.class)
public @interface RealEngine {}
