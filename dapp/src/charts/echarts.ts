import { BarChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

// Only what is drawn is shipped. The canvas needs no inline styles, so the content security policy stays strict.
use([BarChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer])

export { init }
