using TraceFast.Models;

namespace TraceFast.Training.Loop;

/// <summary>The state of the generator that dropout draws from, as bytes.</summary>
internal static class DropoutState
{
    /// <summary>Null where nothing is dropped.</summary>
    public static byte[]? Of(Decoder decoder)
    {
        if (decoder.Adapter is not { Config.Dropout: > 0 } adapter)
            return null;
        using torch.Tensor state = adapter.DropoutGenerator.get_state();
        return state.data<byte>().ToArray();
    }

    public static void Restore(Decoder decoder, byte[]? state)
    {
        if (state is null || decoder.Adapter is null)
            return;
        using torch.Tensor tensor = torch.tensor(state, dtype: torch.ScalarType.Byte);
        decoder.Adapter.DropoutGenerator.set_state(tensor);
    }
}
