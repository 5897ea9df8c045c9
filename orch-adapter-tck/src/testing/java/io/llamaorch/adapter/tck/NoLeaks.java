package io.llamaorch.adapter.tck;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of this class that leaves something open fails, and says what: a thread, a socket or file, a timer, a stream
 * (by its timer), or an exception that nobody caught. What is opened before all tests of a class must be closed after
 * them, or the class fails. A test that fails by itself keeps its own failure; what it left is added to it.
 *
 * @see Leaks
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(LeakCheck.class)
public @interface NoLeaks {}
