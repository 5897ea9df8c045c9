package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.TokenEvent;

/** Shows the events of a stream on standard output, each as soon as it is there. */
interface EventPrinter {

    void print(TokenEvent event);
}
