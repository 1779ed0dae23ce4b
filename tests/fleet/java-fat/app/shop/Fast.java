package shop; public class Fast { static { System.loadLibrary("fast"); } public static native int first(); }
