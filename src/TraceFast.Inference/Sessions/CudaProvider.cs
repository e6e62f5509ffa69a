using Microsoft.ML.OnnxRuntime;

namespace TraceFast.Inference.Sessions;

/// <summary>ONNX Runtime's CUDA provider: a library of its own beside ONNX Runtime's, which <c>./tracefast cuda</c> fetches.</summary>
internal static class CudaProvider
{
    private const string Library = "libonnxruntime_providers_cuda.so", Name = "CUDAExecutionProvider";

    private static readonly Lock s_registering = new();
    private static bool s_isRegistered;

    /// <summary>Has a session run on a card.</summary>
    /// <exception cref="MissingProviderException">The provider, a library that it needs, or the card is not there.</exception>
    public static void Append(SessionOptions options, int deviceIndex)
    {
        string path = Path.Combine(AppContext.BaseDirectory, Library);
        if (!File.Exists(path))
            throw Missing($"{path} is not there", null);
        OrtEnv environment = OrtEnv.Instance();
        try
        {
            lock (s_registering)
            {
                if (!s_isRegistered)
                    environment.RegisterExecutionProviderLibrary("cuda", path);
                s_isRegistered = true;
            }

            OrtEpDevice[] cards = [.. environment.GetEpDevices().Where(d => d.EpName == Name)];
            if (deviceIndex >= cards.Length)
                throw Missing($"card {deviceIndex} was asked for, {cards.Length} were found", null);
            options.AppendExecutionProvider(environment, [cards[deviceIndex]], new Dictionary<string, string>());
        }
        catch (OnnxRuntimeException e)
        {
            throw Missing(e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static MissingProviderException Missing(string what, Exception? inner) =>
        new($"device cuda: {what}; run ./tracefast cuda, which fetches ONNX Runtime's CUDA provider, install CUDA 13 and cuDNN 9, or use --device cpu", inner);
}
