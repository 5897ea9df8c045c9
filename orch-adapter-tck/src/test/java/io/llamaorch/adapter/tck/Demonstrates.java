package io.llamaorch.adapter.tck;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** This test shows what a fault does on the wire. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Demonstrates {
    /** The fault's kind. */
    Class<? extends Fault> value();
}
