using Microsoft.ML.OnnxRuntime;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>Keys and values of all layers, each [rows, key-value heads, max length, head size], that past and present share.</summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly OnnxDecoder _decoder;
    private readonly int _maxLength;
    private readonly List<IDeviceMemory> _keys = [], _values = [];
    private readonly OrtMemoryInfo? _device;
    private readonly InferenceSession? _copier;

    public KeyValueCache(OnnxDecoder decoder, int rows, int maxLength)
    {
        (_decoder, _maxLength) = (decoder, maxLength);
        long count = rows * RowElements;
        if (decoder.Settings.Device == InferenceDevice.Cuda)
        {
            _device = new OrtMemoryInfo(
                OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, decoder.Settings.DeviceIndex, OrtMemType.Default);
            using SessionOptions options = new();
            CudaProvider.Append(options, decoder.Settings.DeviceIndex);
            _copier = new InferenceSession(ProviderMemory.CopyGraph(decoder.KeyValueType), options);
        }
        for (int layer = 0; layer < decoder.LayerCount; layer++)
        {
            _keys.Add(Allocate(count));
            _values.Add(Allocate(count));
        }
    }

    /// <summary>Elements of one row of one layer's keys.</summary>
    private long RowElements => (long)_decoder.KeyValueHeadCount * _maxLength * _decoder.HeadSize;

    /// <summary>Gives a run some adjacent rows as past and present of every layer.</summary>
    public void Bind(OrtIoBinding binding, int firstRow, int rows)
    {
        for (int layer = 0; layer < _decoder.LayerCount; layer++)
        {
            Share(binding, _keys[layer], GraphIo.PastKey(layer), GraphIo.PresentKey(layer), firstRow, rows);
            Share(binding, _values[layer], GraphIo.PastValue(layer), GraphIo.PresentValue(layer), firstRow, rows);
        }
    }

    /// <summary>Copies the first positions of a row to another.</summary>
    public void CopyRow(int from, int to, int length)
    {
        long head = (long)_maxLength * _decoder.HeadSize, part = (long)length * _decoder.HeadSize;
        foreach (IDeviceMemory memory in _keys.Concat(_values))
            for (int h = 0; h < _decoder.KeyValueHeadCount; h++)
                memory.Copy(from * RowElements + h * head, to * RowElements + h * head, part);
    }

    public void Dispose()
    {
        _keys.ForEach(m => m.Dispose());
        _values.ForEach(m => m.Dispose());
        _copier?.Dispose();
        _device?.Dispose();
    }

    private IDeviceMemory Allocate(long count) => _device is null
        ? new HostMemory(_decoder.KeyValueType, count)
        : new ProviderMemory(_decoder.Session, _device, _copier!, _decoder.KeyValueType, count);

    private void Share(OrtIoBinding binding, IDeviceMemory memory, string past, string present, int firstRow, int rows)
    {
        using OrtValue value = memory.Tensor(firstRow * RowElements, rows, _decoder.KeyValueHeadCount, _maxLength, _decoder.HeadSize);
        binding.BindInput(past, value);
        binding.BindOutput(present, value);
    }
}
