/**
 * TensorFlow.js as the rest of Spiral sees it. Only modules that are loaded once a network is to run may import this.
 * tfjs-core alone has no gradients; importing tfjs-layers registers them.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";

tf.enableProdMode();

export { tf };
