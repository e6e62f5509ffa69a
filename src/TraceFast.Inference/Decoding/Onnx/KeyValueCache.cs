using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>Keys and values of all layers, each [rows, key-value heads, max length, head size], that past and present share.</summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly OnnxDecoder decoder;
    private readonly int maxLength;
    private readonly List<IDeviceMemory> keys = [], values = [];
    private readonly OrtMemoryInfo? device;
    private readonly InferenceSession? copier;

    public KeyValueCache(OnnxDecoder decoder, int rows, int maxLength)
    {
        (this.decoder, this.maxLength) = (decoder, maxLength);
        long count = rows * RowElements;
        if (decoder.Settings.Device == InferenceDevice.Cuda)
        {
            device = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, decoder.Settings.DeviceIndex, OrtMemType.Default);
            using SessionOptions options = new();
            CudaProvider.Append(options, decoder.Settings.DeviceIndex);
            copier = new InferenceSession(ProviderMemory.CopyGraph(decoder.KeyValueType), options);
        }
        for (int layer = 0; layer < decoder.LayerCount; layer++)
        {
            keys.Add(Allocate(count));
            values.Add(Allocate(count));
        }
    }

    /// <summary>Elements of one row of one layer's keys.</summary>
    private long RowElements => (long)decoder.KeyValueHeadCount * maxLength * decoder.HeadSize;

    /// <summary>Gives a run some adjacent rows as past and present of every layer.</summary>
    public void Bind(OrtIoBinding binding, int firstRow, int rows)
    {
        for (int layer = 0; layer < decoder.LayerCount; layer++)
        {
            Share(binding, keys[layer], GraphIo.PastKey(layer), GraphIo.PresentKey(layer), firstRow, rows);
            Share(binding, values[layer], GraphIo.PastValue(layer), GraphIo.PresentValue(layer), firstRow, rows);
        }
    }

    /// <summary>Copies the first positions of a row to another.</summary>
    public void CopyRow(int from, int to, int length)
    {
        long head = (long)maxLength * decoder.HeadSize, part = (long)length * decoder.HeadSize;
        foreach (IDeviceMemory memory in keys.Concat(values))
            for (int h = 0; h < decoder.KeyValueHeadCount; h++)
                memory.Copy(from * RowElements + h * head, to * RowElements + h * head, part);
    }

    public void Dispose()
    {
        keys.ForEach(m => m.Dispose());
        values.ForEach(m => m.Dispose());
        copier?.Dispose();
        device?.Dispose();
    }

    private IDeviceMemory Allocate(long count) => device is null
        ? new HostMemory(decoder.KeyValueType, count)
        : new ProviderMemory(decoder.Session, device, copier!, decoder.KeyValueType, count);

    private void Share(OrtIoBinding binding, IDeviceMemory memory, string past, string present, int firstRow, int rows)
    {
        using OrtValue value = memory.Tensor(firstRow * RowElements, rows, decoder.KeyValueHeadCount, maxLength, decoder.HeadSize);
        binding.BindInput(past, value);
        binding.BindOutput(present, value);
    }
}
