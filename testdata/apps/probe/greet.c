#include <jni.h>

JNIEXPORT jstring JNICALL Java_probe_Probe_00024Native_greet(JNIEnv *env, jclass class) {
    (void)class;
    return (*env)->NewStringUTF(env, "Hello from C.");
}
