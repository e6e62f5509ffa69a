using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace TraceFast.Inference.Sessions;

/// <summary>ONNX Runtime's CUDA provider: a library of its own beside ONNX Runtime's, which needs CUDA and cuDNN of the machine.</summary>
internal static class CudaProvider
{
    private const string Library = "libonnxruntime_providers_cuda.so";

    /// <summary>Has a session run on a card.</summary>
    /// <exception cref="MissingProviderException">The provider, a library that it needs, or the card is not there.</exception>
    public static void Append(SessionOptions options, int deviceIndex)
    {
        // What it would print of a failure is in the exception.
        OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        try
        {
            using OrtCUDAProviderOptions provider = new();
            provider.UpdateOptions(new Dictionary<string, string> { ["device_id"] = deviceIndex.ToString(CultureInfo.InvariantCulture) });
            options.AppendExecutionProvider_CUDA(provider);
        }
        catch (OnnxRuntimeException e)
        {
            const string remedy =
                "ONNX Runtime's CUDA provider needs an NVIDIA driver, CUDA 13 and cuDNN 9: install them (from NVIDIA's Debian "
                + "repository: apt-get install cuda-libraries-13-0 libcudnn9-cuda-13), or use --device cpu";
            throw new MissingProviderException($"device cuda: {LoadError() ?? e.Message.ReplaceLineEndings(" ")}; {remedy}", e);
        }
    }

    /// <summary>Why the system does not load the provider, which ONNX Runtime's message leaves out; null where it does.</summary>
    private static string? LoadError()
    {
        string path = Path.Combine(AppContext.BaseDirectory, Library);
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return null;
        }
        catch (DllNotFoundException e)
        {
            return e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
        }
    }
}

/// <summary>
/// An execution provider or its libraries are not on this machine; the message says what to install. Commands turn it into exit code 3.
/// </summary>
public sealed class MissingProviderException(string message, Exception? inner) : Exception(message, inner);
